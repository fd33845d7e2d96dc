select q1."User" as c0, q1."TimeGenerated" as c1, q1."Attempts" as c2 from "main"."signins" as q1 order by q1."TimeGenerated" asc nulls first limit 3
