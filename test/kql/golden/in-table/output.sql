-- $1 = "eve"
select q1."User" as c0, q1."Attempts" as c1 from "main"."signins" as q1 where ((q1."User" in (select s.v from (select q2."User" as s8 from "main"."users" as q2 where (cast(q2."Level" as BIGINT) > (0)::BIGINT)) s(v) where s.v is not null)) and (not (lower(q1."User") in ($1)))) order by q1."Attempts" asc nulls first
