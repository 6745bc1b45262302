DROP TRIGGER press_counted_anew;
DROP TRIGGER press_counted_in;
DROP TABLE press_counts;
