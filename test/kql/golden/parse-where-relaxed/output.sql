-- $1 = "^t=((?s:.*?)) n=\\s*([-+]?\\d+|(?s:.*?));(?s:.*)$"
-- $2 = "t=2024-03-01 n=5;rest"
-- $3 = "t=never n=x;rest"
-- $4 = "other"
select k_datetime(coalesce(q2.m.g0, '')) as c0, k_long(coalesce(q2.m.g1, '')) as c1 from (select regexp_extract(q1.s1, $1, ['g0', 'g1']) as m from (values (cast($2 as VARCHAR)), ($3), ($4)) as q1(s1) where regexp_matches(q1.s1, $1)) as q2
