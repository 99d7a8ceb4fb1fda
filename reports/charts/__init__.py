"""One function a chart: rows of one mart and the catalogue in, an Altair chart out. None knows a framework's name."""
