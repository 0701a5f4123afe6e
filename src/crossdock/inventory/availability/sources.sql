-- last_facts: when each of these sources last sent anything by a moment: `$2` in business time, `$3` the greatest id
-- that can have been given by then
select s.source, (
    select d.received_at from raw_document as d
    where d.source = s.source and d.kind <> 'api' and d.id <= $3 and d.received_at <= $2
    order by d.id desc limit 1) as last_fact_at
from unnest($1::text[]) as s (source)
