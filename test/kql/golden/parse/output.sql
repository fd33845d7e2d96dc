-- $1 = "^id=\\s*([-+]?\\d+) name=((?s:.*))$"
-- $2 = "id=7 name=Ada Lovelace"
-- $3 = "id=x name=Bob"
-- $4 = "nothing"
select q2.s1 as c0, k_long(coalesce(q2.m.g0, '')) as c1, coalesce(q2.m.g1, '') as c2 from (select q1.s1 as s1, regexp_extract(q1.s1, $1, ['g0', 'g1']) as m from (values (cast($2 as VARCHAR)), ($3), ($4)) as q1(s1)) as q2
