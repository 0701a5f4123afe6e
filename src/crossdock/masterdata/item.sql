-- items: what companies know of an item
select body from item where id = $1 and ($2::text[] is null or company_id = any($2::text[])) order by company_id

-- packs: everything anybody stated about the packs of an item
select company_id, item, unit, contains_numerator, contains_denominator, party, level, valid_from, valid_until, source,
    document, changed_in
from pack_structure where company_id = $1 and item = $2

-- components: of the kit that an item is
select company_id, kit, component, quantity, valid_from, valid_until from kit_component
where company_id = $1 and kit = $2

-- named: items of a company
select body from item where company_id = $1 and id = any($2::text[])

-- made_of: components of these kits and of all kits in them, whenever they hold; one that consists of itself ends it
with recursive part as (
    select company_id, kit, component, quantity, valid_from, valid_until from kit_component
    where company_id = $1 and kit = any($2::text[])
    union
    select c.company_id, c.kit, c.component, c.quantity, c.valid_from, c.valid_until
    from part as p join kit_component as c on c.company_id = p.company_id and c.kit = p.component
)
select * from part

-- kits: of which an item is a component
select distinct kit from kit_component where company_id = $1 and component = $2 order by kit

-- cross_references: by what ids partners know an item
select company_id, party, item, their_item from item_cross_reference
where company_id = $1 and item = $2 order by party
