-- Which lots are over is asked every day.
create index item_lot_expires_on on item_lot (expires_on) where expires_on is not null;
