-- $1 = ""
select q1."User" as c0, (case when q1."Attempts" between -4611686018427387903 and 4611686018427387903 then (q1."Attempts" * (2)::BIGINT) else k_wrap(cast(q1."Attempts" as HUGEINT) * cast((2)::BIGINT as HUGEINT)) end) as c1 from "main"."signins" as q1 where (q1."User" <> $1) order by q1."Attempts" desc nulls last, q1."TimeGenerated" asc nulls first limit 3
