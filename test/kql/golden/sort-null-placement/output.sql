select q1."Score" as c0, q1."User" as c1 from "main"."signins" as q1 order by (q1."Score" is null or isnan(q1."Score")) asc, q1."Score" desc nulls last
