-- Run once, by the image, when the volume is new. The desk's tables are its own; the orchestrator's are in `widip`.
CREATE DATABASE desk;
