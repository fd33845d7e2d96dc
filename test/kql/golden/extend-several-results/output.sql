-- $1 = "[2,4,9]"
select k_double(json_extract_string(q2.s2, '$[0]')) as c0, coalesce(k_long(json_extract_string(q2.s2, '$[1]')), try_cast(trunc(k_double(json_extract_string(q2.s2, '$[1]'))) as BIGINT)) as c1, k_double(json_extract_string(q2.s2, '$[2]')) as c2, k_double(json_extract_string(q2.s2, '$[4]')) as c3 from (select ku_series_stats($1::JSON::VARCHAR, null::BOOLEAN, 'array') as s2) as q2
