-- known: Has anybody told us of an item: the ERP in its master data, or a document that moved or announced goods?
select exists (select 1 from item where company_id = $1 and id = $2)
    or exists (select 1 from stock_position where company_id = $1 and item = $2)
    or exists (select 1 from promise_position where company_id = $1 and item = $2)
    or exists (select 1 from expected_supply where company_id = $1 and item = $2 and is_open);

-- in_master_data: In the master data of which companies an item is.
select company_id from item where id = $1 and ($2::text[] is null or company_id = any($2::text[])) order by company_id;

-- owners: Whose an item is, by master data or by the books.
select company_id from item where id = $1 and ($2::text[] is null or company_id = any($2::text[]))
union select company_id from stock_position where item = $1 and ($2::text[] is null or company_id = any($2::text[]))
union select company_id from promise_position where item = $1 and ($2::text[] is null or company_id = any($2::text[]))
union select company_id from expected_supply
    where item = $1 and is_open and ($2::text[] is null or company_id = any($2::text[]))
order by company_id;

-- customer: Do the master data of some companies know a customer?
select exists (select 1 from customer where id = $1 and ($2::text[] is null or company_id = any($2::text[])));
