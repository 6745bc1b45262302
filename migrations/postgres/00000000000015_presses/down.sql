DROP TABLE feedback_presses;
