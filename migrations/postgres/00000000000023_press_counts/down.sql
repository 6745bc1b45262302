DROP TRIGGER press_counted_anew ON feedback;
DROP TRIGGER press_counted_in ON feedback_presses;
DROP FUNCTION count_press_change();
DROP FUNCTION count_press();
DROP TABLE press_counts;
DROP FUNCTION press_cells(feedback, BIGINT);
