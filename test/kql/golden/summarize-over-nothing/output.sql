-- $1 = "nobody"
select q2.s8 as c0, q2.s9 as c1, q2.s10 as c2, q2.s11 as c3, q2.s12 as c4 from (select count(*) as s8, k_wrap(coalesce(sum(q1."Attempts"), 0)::HUGEINT) as s9, max(q1."Attempts") as s10, coalesce(to_json(list(to_json(q1."User"))), '[]'::JSON) as s11, coalesce(any_value(q1."User"), '') as s12 from "main"."signins" as q1 where (q1."User" = $1)) as q2
