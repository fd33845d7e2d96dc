-- $1 = "[2,4,9]"
select k_double(json_extract_string(q2.s2, '$[0]')) as c0, list_transform([json_extract_string(q2.s2, '$[1]')], lambda v: coalesce(k_long(v), try_cast(trunc(k_double(v)) as BIGINT)))[1] as c1, k_double(json_extract_string(q2.s2, '$[2]')) as c2, k_double(json_extract_string(q2.s2, '$[4]')) as c3 from (select ku_series_stats($1::JSON::VARCHAR, null::BOOLEAN, 'array') as s2) as q2
