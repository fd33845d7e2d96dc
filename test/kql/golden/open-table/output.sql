select q1."Known" as c0, '' as c1, (json_extract_string(cast(null as JSON), '$') is null) as c2 from "main"."loose" as q1
