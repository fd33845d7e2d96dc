-- $1 = "leftanti"
-- $2 = "leftsemi"
-- $3 = "rightanti"
-- $4 = "rightsemi"
with shared_0 as not materialized (select q19."User" as s8 from "main"."users" as q19 where (cast(q19."Level" as BIGINT) >= (1)::BIGINT))
select q18.s50 as c0, q18.s51 as c1, q18.s52 as c2 from (select q1.s48 as s50, q1.s49 as s51, count(*) as s52 from (select $1 as s48, q3.s2 as s49 from (select q2."User" as s2 from "main"."signins" as q2) as q3 anti join (select q4.s8 as s11 from shared_0 as q4) as q5 on q3.s2 = q5.s11 union all select $2 as s48, q7.s16 as s49 from (select q6."User" as s16 from "main"."signins" as q6) as q7 semi join (select q8.s8 as s22 from shared_0 as q8) as q9 on q7.s16 = q9.s22 union all select $3 as s48, q13.s33 as s49 from (select q12.s8 as s33 from shared_0 as q12) as q13 anti join (select q10."User" as s27 from "main"."signins" as q10) as q11 on q11.s27 = q13.s33 union all select $4 as s48, q17.s44 as s49 from (select q16.s8 as s44 from shared_0 as q16) as q17 semi join (select q14."User" as s38 from "main"."signins" as q14) as q15 on q15.s38 = q17.s44) as q1 group by 1, 2) as q18 order by q18.s50 asc nulls first, q18.s51 asc nulls first
