-- $1 = "Users"
select q1.s5 as c0, q1.s6 as c1 from (select $1 as s5, q2."User" as s6 from "main"."users" as q2 where (cast(q2."Level" as BIGINT) > (1)::BIGINT)) as q1 order by q1.s6 asc nulls first
