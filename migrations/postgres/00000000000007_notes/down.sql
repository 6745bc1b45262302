DROP TABLE feedback_notes;
