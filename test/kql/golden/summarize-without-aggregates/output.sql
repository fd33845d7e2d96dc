select q2.s8 as c0, q2.s9 as c1 from (select distinct lower(q1."User") as s8, q1."Ok" as s9 from "main"."signins" as q1) as q2 order by q2.s8 asc nulls first, q2.s9 asc nulls first
