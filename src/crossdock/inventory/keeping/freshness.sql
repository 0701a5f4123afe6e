-- last_facts: when each of these sources last sent anything, and business time now
select s.source, business_now() as now, (
    select d.received_at from raw_document as d
    where d.source = s.source and d.kind <> 'api' order by d.id desc limit 1) as last_fact_at
from unnest($1::text[]) as s (source)
