-- $1 = "t=2024-03-01 n=5;rest"
-- $2 = "t=never n=x;rest"
-- $3 = "other"
select k_datetime(coalesce(q2.m.g0, '')) as c0, k_long(coalesce(q2.m.g1, '')) as c1 from (select regexp_extract(q1.s1, '^t=((?s:.*?)) n=\s*([-+]?\d+|(?s:.*?));(?s:.*)$', ['g0', 'g1']) as m from (values (cast($1 as VARCHAR)), ($2), ($3)) as q1(s1) where regexp_matches(q1.s1, '^t=((?s:.*?)) n=\s*([-+]?\d+|(?s:.*?));(?s:.*)$')) as q2
