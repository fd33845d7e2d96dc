-- $1 = ""
select q1."User" as c0, k_mul(q1."Attempts", (2)::BIGINT) as c1 from "main"."signins" as q1 where (q1."User" <> $1) order by q1."Attempts" desc nulls last, q1."TimeGenerated" asc nulls first limit 3
