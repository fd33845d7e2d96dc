-- $1 = "id=7 name=Ada Lovelace"
-- $2 = "id=x name=Bob"
-- $3 = "nothing"
select q2.s1 as c0, k_long(coalesce(q2.m.g0, '')) as c1, coalesce(q2.m.g1, '') as c2 from (select q1.s1 as s1, regexp_extract(q1.s1, '^id=\s*([-+]?\d+) name=((?s:.*))$', ['g0', 'g1']) as m from (values (cast($1 as VARCHAR)), ($2), ($3)) as q1(s1)) as q2
