-- $1 = "@"
select q1."User" as c0, q1."Department" as c1, (cast(q1."Level" as BIGINT) + (1)::BIGINT) as c2, (q1."User" || $1 || q1."Department") as c3, length(q1."User") as c4 from "main"."users" as q1
