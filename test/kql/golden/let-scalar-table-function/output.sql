-- $1 = ""
-- $2 = "eve"
select q5.s29 as c0, q5.s30 as c1, q5.s31 as c2 from (select distinct q2.s9 as s29, q2.s11 as s30, q4.s25 as s31 from (select q1."User" as s9, q1."Attempts" as s11 from "main"."signins" as q1 where ((q1."Attempts" >= (2)::BIGINT) and (($1 = $1) or (q1."User" = $1)))) as q2 inner join (select q3."User" as s23, q3."Attempts" as s25 from "main"."signins" as q3 where ((q3."Attempts" >= (1)::BIGINT) and (($2 = $1) or (q3."User" = $2)))) as q4 on q2.s9 = q4.s23) as q5
