-- $1 = "A"
-- $2 = "a"
-- $3 = "B"
-- $4 = "b"
-- $5 = "C"
-- $6 = "D"
-- $7 = "d"
select q1.s13 as c0, q1.s14 as c1, q1.s15 as c2 from (select $1 as s13, q2.s1 as s14, null::BIGINT as s15 from (values (cast($2 as VARCHAR))) as q2(s1) union all select $3 as s13, q3.s3 as s14, null::BIGINT as s15 from (values (cast($4 as VARCHAR))) as q3(s3) union all select $5 as s13, '' as s14, q4.s5 as s15 from (values (cast((3)::BIGINT as BIGINT))) as q4(s5) union all select $6 as s13, q5.s7 as s14, null::BIGINT as s15 from (values (cast($7 as VARCHAR))) as q5(s7)) as q1 order by q1.s13 asc nulls first
