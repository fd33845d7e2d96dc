-- $1 = "B"
select q1."name" as c0, q1."Name_2" as c1, (q1."name" || q1."Name_2") as c2, q1."odd ""name"" 'é'" as c3 from "main"."folded table" as q1 where (q1."Name_2" = $1)
