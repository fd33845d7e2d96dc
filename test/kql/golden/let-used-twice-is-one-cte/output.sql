with shared_0 as materialized (select q8.s8 as s8, q8.s9 as s9 from (select q7."User" as s8, k_wrap(coalesce(sum(q7."Attempts"), 0)::HUGEINT) as s9 from "main"."signins" as q7 group by 1) as q8),
shared_1 as materialized (select q6.s12 as s12 from (select q5.s12 as s12 from (select max(q4.s9) as s12 from shared_0 as q4) as q5 limit 1) as q6)
select q1.s8 as c0, (((1)::DOUBLE * cast(q1.s9 as DOUBLE)) / cast((select q3.s12 as s13 from shared_1 as q3) as DOUBLE)) as c1 from shared_0 as q1 where (q1.s9 = (select q2.s12 as s13 from shared_1 as q2))
