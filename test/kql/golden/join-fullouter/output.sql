-- $1 = "ada"
-- $2 = "1"
-- $3 = "bob"
-- $4 = "2"
select coalesce(q2.s1, '') as c0, coalesce(q2.s2, '') as c1, q2.s3 as c2, coalesce(q4.s4, '') as c3, coalesce(q4.s5, '') as c4 from (select q1."User" as s1, q1."Department" as s2, q1."Level" as s3 from "main"."users" as q1 where (q1."User" <> $1)) as q2 full join (select q3.s4 as s4, q3.s5 as s5 from (values (cast($1 as VARCHAR), cast($2 as VARCHAR)), ($3, $4)) as q3(s4, s5)) as q4 on q2.s1 = q4.s4 order by coalesce(q2.s1, '') asc nulls first, coalesce(q4.s4, '') asc nulls first
