-- list: Transfers in the order of their ids, behind a cursor, with what their cases hold; of either end, and of an item,
-- if these are given.
select id, company_id, state, finished, opened_at, changed_at, data from process_case
where id > $1 and id >= 'transfer/' and id < 'transfer0'
  and ($2::text[] is null or company_id = any($2::text[]))
  and ($3::text is null or state = $3)
  and (not $4::boolean or not finished)
  and ($5::text is null or $5 in (nullif(data, '')::jsonb #>> '{order,from_location}',
                                  nullif(data, '')::jsonb #>> '{order,to_location}'))
  and ($6::text is null or exists (
       select 1 from jsonb_each(nullif(data, '')::jsonb -> 'lines') as line where line.value ->> 'item' = $6))
order by id limit $7;
