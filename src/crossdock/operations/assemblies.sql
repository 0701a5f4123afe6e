-- there: How much of items stands at a location, whoever owns it and whoever it is promised to.
select item, sum(unrestricted) as there
from stock_position
where company_id = $1 and location = $2 and item = any($3::text::text[])
group by item;
