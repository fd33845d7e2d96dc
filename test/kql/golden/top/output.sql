select q1."User" as c0, q1."Attempts" as c1 from "main"."signins" as q1 order by q1."Attempts" asc nulls last limit 2
