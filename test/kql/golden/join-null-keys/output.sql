-- $1 = "one"
-- $2 = "none"
-- $3 = "eins"
-- $4 = "nichts"
select q2.s3 as c0, q2.s4 as c1, q4.s7 as c2, coalesce(q4.s8, '') as c3 from (select q1.s1 as s3, q1.s2 as s4 from (values (cast((1)::BIGINT as BIGINT), cast($1 as VARCHAR)), (cast(null as BIGINT), $2)) as q1(s1, s2)) as q2 left join (select q3.s5 as s7, q3.s6 as s8 from (values (cast((1)::BIGINT as BIGINT), cast($3 as VARCHAR)), (cast(null as BIGINT), $4)) as q3(s5, s6)) as q4 on q2.s3 = q4.s7 order by q2.s4 asc nulls first
