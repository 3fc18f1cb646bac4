-- Version 6: the run that kept a content last, so that it goes with it. Null: kept before that was noted.

ALTER TABLE kept ADD COLUMN run INTEGER;
