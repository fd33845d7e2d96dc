-- $1 = "A"
-- $2 = "a"
-- $3 = "B"
-- $4 = "one"
select q1.s11 as c0, q1.s12 as c1, q1.s13 as c2, q1.s14 as c3, q1.s15 as c4 from (select $1 as s11, q2.s1 as s12, '' as s13, q2.s2 as s14, null::BOOLEAN as s15 from (values (cast((1)::BIGINT as BIGINT), cast($2 as VARCHAR))) as q2(s1, s2) union all select $3 as s11, null::BIGINT as s12, q3.s5 as s13, '' as s14, q3.s6 as s15 from (values (cast($4 as VARCHAR), cast(true as BOOLEAN))) as q3(s5, s6)) as q1 order by q1.s11 asc nulls first
