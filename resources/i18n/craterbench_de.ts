<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
    <context>
        <name>CraterBench</name>
        <message>
            <location filename="../../craterbench_qgis/client/call_book.py" />
            <source>The engine did not finish “{method}” in {seconds} seconds. Try again, or restart the engine.</source>
            <translation>Die Engine wurde mit „{method}“ in {seconds} Sekunden nicht fertig. Versuchen Sie es noch einmal, oder starten Sie die Engine neu.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/calls.py" />
            <location filename="../../craterbench_qgis/processing/engine.py" />
            <source>Cancelled.</source>
            <translation>Abgebrochen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/calls.py" />
            <location filename="../../craterbench_qgis/gui/why/panel.py" />
            <source>The engine's answer could not be read. Restart the engine and try again.</source>
            <translation>Die Antwort der Engine war nicht lesbar. Starten Sie die Engine neu, und versuchen Sie es noch einmal.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/engine.py" />
            <source>CraterBench's engine is not set up yet. Set it up in the CraterBench panel.</source>
            <translation>Die Engine von CraterBench ist noch nicht eingerichtet. Richten Sie sie im CraterBench-Bedienfeld ein.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/engine.py" />
            <source>The engine did not answer within {seconds} seconds of its start.</source>
            <translation>Die Engine hat nach ihrem Start {seconds} Sekunden lang nicht geantwortet.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/engine.py" />
            <source>The engine did not start ({how}). {last}</source>
            <translation>Die Engine ist nicht gestartet ({how}). {last}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/engine.py" />
            <source>The engine does not finish “{method}”, but still answers.</source>
            <translation>Die Engine wird mit „{method}“ nicht fertig, antwortet aber noch.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/engine.py" />
            <source>The engine failed repeatedly. Restart it, or copy its report.</source>
            <translation>Die Engine ist wiederholt ausgefallen. Starten Sie sie neu, oder kopieren Sie ihren Bericht.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/engine.py" />
            <source>The engine has not answered for {seconds} seconds and was ended.</source>
            <translation>Die Engine hat {seconds} Sekunden lang nicht geantwortet und wurde beendet.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/engine.py" />
            <source>The engine stopped unexpectedly ({how}). It starts again when it is asked.</source>
            <translation>Die Engine wurde unerwartet beendet ({how}). Sie startet wieder, sobald sie gefragt wird.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/engine.py" />
            <source>The engine was restarted.</source>
            <translation>Die Engine wurde neu gestartet.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/engine.py" />
            <source>The engine was stopped.</source>
            <translation>Die Engine wurde angehalten.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/engine.py" />
            <source>The engine wrote {count} lines that are no messages; they were ignored. If something does not work, restart the engine and send us the report.</source>
            <translation>Die Engine hat {count} Zeilen geschrieben, die keine Nachrichten sind; sie wurden übergangen. Wenn etwas nicht geht, starten Sie die Engine neu und schicken Sie uns den Bericht.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/environment_jobs.py" />
            <source>It does not answer.</source>
            <translation>Es antwortet nicht.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/environment_jobs.py" />
            <source>It says nothing.</source>
            <translation>Es meldet nichts.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/environment_jobs.py" />
            <source>Stopped. What is there is kept; it can go on where it stopped.</source>
            <translation>Angehalten. Was da ist, bleibt; es kann dort weitergehen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/environment_jobs.py" />
            <source>The engine's environment is ready.</source>
            <translation>Die Umgebung der Engine ist fertig.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/environment_jobs.py" />
            <source>The installation ended unexpectedly; its log tells more.</source>
            <translation>Die Installation endete unerwartet; ihr Protokoll sagt mehr.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/failure.py" />
            <source>The engine stopped before it had answered. Ask again.</source>
            <translation>Die Engine wurde beendet, bevor sie geantwortet hatte. Fragen Sie noch einmal.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/greeting.py" />
            <source>The engine and this plugin (protocol {ours}) are of different versions. Update both: the plugin in QGIS's plugin manager, the engine on the set-up page.</source>
            <translation>Die Engine und diese Erweiterung (Protokoll {ours}) sind verschiedene Versionen. Aktualisieren Sie beide: die Erweiterung in der Erweiterungsverwaltung von QGIS, die Engine auf der Einrichtungsseite.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/greeting.py" />
            <source>The engine is newer than this plugin (protocol {theirs} instead of {ours}). Update the plugin in QGIS's plugin manager and restart QGIS.</source>
            <translation>Die Engine ist neuer als diese Erweiterung (Protokoll {theirs} statt {ours}). Aktualisieren Sie die Erweiterung in der Erweiterungsverwaltung von QGIS und starten Sie QGIS neu.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/greeting.py" />
            <source>The engine is older than this plugin (protocol {theirs} instead of {ours}). Update the engine on the set-up page; if that does not help, restart QGIS.</source>
            <translation>Die Engine ist älter als diese Erweiterung (Protokoll {theirs} statt {ours}). Aktualisieren Sie die Engine auf der Einrichtungsseite; hilft das nicht, starten Sie QGIS neu.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/greeting.py" />
            <source>The engine refused to start: {why}</source>
            <translation>Die Engine wollte nicht starten: {why}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/network.py" />
            <source>Proxy of QGIS: {host}, port {port}</source>
            <translation>Proxy von QGIS: {host}, Port {port}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/network.py" />
            <source>Proxy: as this computer is set up (QGIS names none of its own)</source>
            <translation>Proxy: wie auf diesem Rechner eingestellt (QGIS nennt keinen eigenen)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/process.py" />
            <source>crashed</source>
            <translation>abgestürzt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/process.py" />
            <source>exit code {code}</source>
            <translation>Rückgabewert {code}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/client/process.py" />
            <source>killed by signal {code}</source>
            <translation>durch Signal {code} beendet</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/context_factors.py" />
            <source>A context factor lies between 0.5 and 100; 2 and 3 are usual.</source>
            <translation>Ein Kontextfaktor liegt zwischen 0.5 und 100; üblich sind 2 und 3.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/context_factors.py" />
            <source>Context factors are numbers, for example: 2, 3.</source>
            <translation>Kontextfaktoren sind Zahlen, zum Beispiel: 2, 3.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/context_factors.py" />
            <source>Give at least one context factor, for example: 2, 3.</source>
            <translation>Geben Sie mindestens einen Kontextfaktor an, zum Beispiel: 2, 3.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <source>Choose a file to write.</source>
            <translation>Wählen Sie eine Datei zum Schreiben.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <source>Contact sheet, one picture (.png)</source>
            <translation>Bilderbogen, ein Bild (.png)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <source>Contact sheet, pages (.pdf)</source>
            <translation>Bilderbogen, Seiten (.pdf)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <source>CraterStats crater count (.scc)</source>
            <translation>CraterStats-Kraterzählung (.scc)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <source>CraterStats diameters (.diam)</source>
            <translation>CraterStats-Durchmesser (.diam)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>Craters that look like {label}</source>
            <translation>Krater, die aussehen wie {label}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <source>Diameter and centre only, without scores and decisions.</source>
            <translation>Nur Durchmesser und Mittelpunkt, ohne Scores und Entscheidungen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <source>Field names have ten letters at most; a list of them is written beside it.</source>
            <translation>Feldnamen haben höchstens zehn Buchstaben; eine Liste davon wird daneben geschrieben.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <source>GeoJSON (.geojson)</source>
            <translation>GeoJSON (.geojson)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <source>GeoPackage (.gpkg)</source>
            <translation>GeoPackage (.gpkg)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <source>Give the whole path of the file, or press “Browse”.</source>
            <translation>Geben Sie den ganzen Pfad der Datei an, oder drücken Sie „Durchsuchen“.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <source>Matches are a selection: count on an area only where all its craters are among them.</source>
            <translation>Treffer sind eine Auswahl: Zählen Sie auf einer Fläche nur, wenn alle ihre Krater darunter sind.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <source>OpenCraterTool layer (_CRATER.shp)</source>
            <translation>OpenCraterTool-Layer (_CRATER.shp)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <source>Read it with QGIS or GDAL: other programs take GeoJSON to be on Earth.</source>
            <translation>Mit QGIS oder GDAL zu lesen: Andere Programme halten GeoJSON für irdisch.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <source>Report, one page with pictures (.html)</source>
            <translation>Bericht, eine Seite mit Bildern (.html)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <source>Shapefile (.shp)</source>
            <translation>Shapefile (.shp)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <source>Table (.csv)</source>
            <translation>Tabelle (.csv)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <source>The file has no name: put one before {ending}.</source>
            <translation>Die Datei hat keinen Namen: Setzen Sie einen vor {ending}.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <source>The folder {folder} does not exist. Create it, or choose another.</source>
            <translation>Den Ordner {folder} gibt es nicht. Legen Sie ihn an, oder wählen Sie einen anderen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <location filename="../../craterbench_qgis/gui/build/output.py" />
            <source>The name contains {characters}; take another.</source>
            <translation>Der Name enthält {characters}; nehmen Sie einen anderen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <source>The name must end in {ending}.</source>
            <translation>Der Name muss auf {ending} enden.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <source>You may not write in {folder}. Choose another folder.</source>
            <translation>In {folder} dürfen Sie nicht schreiben. Wählen Sie einen anderen Ordner.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <location filename="../../craterbench_qgis/core/layers/titles.py" />
            <source>matches</source>
            <translation>Treffer</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <location filename="../../craterbench_qgis/core/layers/titles.py" />
            <source>query</source>
            <translation>Anfrage</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <source>{name} is a folder. Choose another name.</source>
            <translation>{name} ist ein Ordner. Wählen Sie einen anderen Namen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/export_plan.py" />
            <source>{name} may not be changed. Choose another name.</source>
            <translation>{name} darf nicht geändert werden. Wählen Sie einen anderen Namen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/geo/crs.py" />
            <source>{what} has no coordinate reference system that lies on a body. Set one of the body that the mosaic shows.</source>
            <translation>{what} hat kein Koordinatenbezugssystem, das auf einem Körper liegt. Setzen Sie eines des Körpers, den das Mosaik zeigt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/geo/crs.py" />
            <source>{what} is on {found}, but the open index is of {needed}. Choose a coordinate reference system of that body, or open another index.</source>
            <translation>{what} liegt auf {found}, der offene Index aber auf {needed}. Wählen Sie ein Koordinatenbezugssystem dieses Körpers, oder öffnen Sie einen anderen Index.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/geo/outlines.py" />
            <source>a part of it is not on the body</source>
            <translation>ein Teil davon liegt nicht auf dem Körper</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/geo/outlines.py" />
            <source>it has no geometry</source>
            <translation>es hat keine Geometrie</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/geo/outlines.py" />
            <source>it has {n} points instead of one</source>
            <translation>es hat {n} Punkte statt einem</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/geo/outlines.py" />
            <source>it is a line</source>
            <translation>es ist eine Linie</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/geo/outlines.py" />
            <source>it is empty</source>
            <translation>es ist leer</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/geo/outlines.py" />
            <source>its middle is not on the body</source>
            <translation>seine Mitte liegt nicht auf dem Körper</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/geo/outlines.py" />
            <source>its outline has no area</source>
            <translation>sein Umriss hat keine Fläche</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/geo/outlines.py" />
            <source>its outline is not on the body</source>
            <translation>sein Umriss liegt nicht auf dem Körper</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/geo/outlines.py" />
            <source>its point is not on the body</source>
            <translation>sein Punkt liegt nicht auf dem Körper</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/geo/region.py" />
            <source>Choose a polygon layer in the layer tree and select polygons in it.</source>
            <translation>Wählen Sie im Layerbaum einen Polygonlayer und wählen Sie darin Polygone aus.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/geo/region.py" />
            <source>Select at least one polygon of the layer {name}.</source>
            <translation>Wählen Sie mindestens ein Polygon des Layers {name} aus.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/geo/region.py" />
            <source>The coordinates of the layer {name} give no places on the body.</source>
            <translation>Die Koordinaten des Layers {name} ergeben keine Orte auf dem Körper.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/geo/region.py" />
            <source>The polygons of {name} enclose nothing.</source>
            <translation>Die Polygone von {name} umschließen nichts.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/layers/kind.py" />
            <source>{low} to {high} %</source>
            <translation>{low} bis {high} %</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/layers/style.py" />
            <source>Accepted</source>
            <translation>Angenommen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/layers/style.py" />
            <source>Best 20</source>
            <translation>Beste 20</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/layers/style.py" />
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>Distinct</source>
            <translation>Verschieden</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/layers/style.py" />
            <source>Drawn</source>
            <translation>Gezeichnet</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/layers/style.py" />
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>Duplicate</source>
            <translation>Dublette</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/layers/style.py" />
            <source>Others</source>
            <translation>Übrige</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/layers/style.py" />
            <source>Rejected</source>
            <translation>Abgelehnt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/layers/style.py" />
            <source>Score {low} to {high}</source>
            <translation>Score {low} bis {high}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/layers/style.py" />
            <source>Searched</source>
            <translation>Gesucht</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/layers/style.py" />
            <source>Undecided, 0.2 to 0.8</source>
            <translation>Unentschieden, 0,2 bis 0,8</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/layers/style.py" />
            <source>Undecided, 0.8 and more</source>
            <translation>Unentschieden, 0,8 und mehr</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/layers/style.py" />
            <source>Undecided, below 0.2</source>
            <translation>Unentschieden, unter 0,2</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/layers/style.py" />
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>Unsure</source>
            <translation>Unsicher</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/layers/titles.py" />
            <source>Matches of {label}</source>
            <translation>Treffer zu {label}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/layers/titles.py" />
            <location filename="../../craterbench_qgis/core/match_set.py" />
            <location filename="../../craterbench_qgis/core/words/history.py" />
            <source>Query</source>
            <translation>Anfrage</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/layers/titles.py" />
            <source>great circles</source>
            <translation>Großkreise</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/layers/titles.py" />
            <source>{query} at {place}</source>
            <translation>{query} bei {place}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/layers/titles.py" />
            <source>{query}, {time}</source>
            <translation>{query}, {time}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/match_set.py" />
            <source>{query}, refined (+{accepted} −{rejected})</source>
            <translation>{query}, verfeinert (+{accepted} −{rejected})</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/project_results.py" />
            <location filename="../../craterbench_qgis/gui/workbench.py" />
            <source>This query is no longer in the project.</source>
            <translation>Diese Anfrage ist nicht mehr im Projekt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/query.py" />
            <location filename="../../craterbench_qgis/gui/tools/sized.py" />
            <source>circle of {size}</source>
            <translation>Kreis von {size}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/query.py" />
            <source>the kind “{name}”</source>
            <translation>der Art „{name}“</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/rasters.py" />
            <source>The picture could not be written. Check the space left on the disk.</source>
            <translation>Das Bild konnte nicht geschrieben werden. Prüfen Sie den freien Platz auf dem Datenträger.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/rasters.py" />
            <source>The raster</source>
            <translation>Das Raster</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/rasters.py" />
            <source>The raster could not be drawn ({why}). Check that the layer shows a picture.</source>
            <translation>Das Raster konnte nicht gezeichnet werden ({why}). Prüfen Sie, ob der Layer ein Bild zeigt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/rasters.py" />
            <source>{name} cannot be drawn around this place. Choose another raster.</source>
            <translation>{name} kann um diesen Ort herum nicht gezeichnet werden. Wählen Sie ein anderes Raster.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/review/store.py" />
            <source>A decision could not be written ({why}). Make room on the disk or check your rights to the file, then open the review again.</source>
            <translation>Eine Entscheidung konnte nicht geschrieben werden ({why}). Schaffen Sie Platz oder prüfen Sie Ihre Rechte an der Datei, und öffnen Sie die Durchsicht dann neu.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/review/store.py" />
            <source>Another program has locked the review. Your decisions are kept and written as soon as it lets go: close the file there.</source>
            <translation>Ein anderes Programm sperrt die Durchsicht. Ihre Entscheidungen bleiben und werden geschrieben, sobald es sie freigibt: Schließen Sie die Datei dort.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/review/store.py" />
            <source>There is no file {path}. Choose another review.</source>
            <translation>Die Datei {path} gibt es nicht. Wählen Sie eine andere Durchsicht.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/review/store.py" />
            <source>{name} cannot be read ({why}). Check your rights to it.</source>
            <translation>{name} ist nicht lesbar ({why}). Prüfen Sie Ihre Rechte daran.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/review/store.py" />
            <source>{name} is damaged ({why}). Find the duplicates again, or take a copy of it.</source>
            <translation>{name} ist beschädigt ({why}). Suchen Sie die Dubletten noch einmal, oder nehmen Sie eine Kopie.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/review/store.py" />
            <source>{name} is locked by another program. Close it there and open it again.</source>
            <translation>{name} ist von einem anderen Programm gesperrt. Schließen Sie es dort, und öffnen Sie es noch einmal.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/review/store.py" />
            <source>{name} is no review of duplicates. Choose a file written by “Find duplicates”.</source>
            <translation>{name} ist keine Dublettendurchsicht. Wählen Sie eine Datei, die „Dubletten suchen“ geschrieben hat.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/store/project.py" />
            <source>Another program holds this project's results open. What you decide is written as soon as it lets go of them.</source>
            <translation>Ein anderes Programm hält die Ergebnisse dieses Projekts offen. Was Sie entscheiden, wird geschrieben, sobald es sie freigibt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/store/project.py" />
            <source>Results of another project were in the way; their file is now called {name}. Delete it if you do not need it.</source>
            <translation>Ergebnisse eines anderen Projekts waren im Weg; ihre Datei heißt jetzt {name}. Löschen Sie sie, wenn Sie sie nicht brauchen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/store/project.py" />
            <source>The project's results could not be written or read: {reason}. Check the disk, then save the project under another name.</source>
            <translation>Die Ergebnisse des Projekts konnten nicht geschrieben oder gelesen werden: {reason}. Prüfen Sie den Datenträger, und speichern Sie das Projekt dann unter anderem Namen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/store/project.py" />
            <source>The results kept beside this project were damaged; the file is now called {name}. New results go into a new file.</source>
            <translation>Die Ergebnisse neben diesem Projekt waren beschädigt; die Datei heißt jetzt {name}. Neue Ergebnisse kommen in eine neue Datei.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/store/project.py" />
            <source>This project is not saved: its results are in memory only.</source>
            <translation>Dieses Projekt ist nicht gespeichert: Seine Ergebnisse sind nur im Arbeitsspeicher.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/store/project.py" />
            <source>{name} cannot be written, so results and decisions are kept in memory only. Save the project in a folder you may write in to keep them.</source>
            <translation>{name} kann nicht geschrieben werden, darum bleiben Ergebnisse und Entscheidungen nur im Arbeitsspeicher. Speichern Sie das Projekt in einem Ordner, in dem Sie schreiben dürfen, um sie zu behalten.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/store/project.py" />
            <source>{name} could not be opened, so this project's earlier results cannot be shown and new ones are kept in memory only. Check the disk, then open the project again.</source>
            <translation>{name} ließ sich nicht öffnen, darum können frühere Ergebnisse dieses Projekts nicht gezeigt werden und neue bleiben nur im Arbeitsspeicher. Prüfen Sie den Datenträger, und öffnen Sie das Projekt dann neu.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/store/project.py" />
            <source>{name} was written by a newer version of CraterBench, so this project's earlier results cannot be shown and new ones are kept in memory only. Update the plugin.</source>
            <translation>{name} wurde von einer neueren Version von CraterBench geschrieben, darum können frühere Ergebnisse dieses Projekts nicht gezeigt werden und neue bleiben nur im Arbeitsspeicher. Aktualisieren Sie die Erweiterung.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/bodies.py" />
            <source>a body of radius {r} km</source>
            <translation>einem Körper mit Radius {r} km</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/bodies.py" />
            <source>not stated</source>
            <translation>nicht angegeben</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/bodies.py" />
            <source>{name} (radii {a} and {b} km)</source>
            <translation>{name} (Radien {a} und {b} km)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/bodies.py" />
            <source>{name} (radius {r} km)</source>
            <translation>{name} (Radius {r} km)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/builds.py" />
            <source>Craters: {craters} · views: {views}</source>
            <translation>Krater: {craters} · Ansichten: {views}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/builds.py" />
            <source>It was complete already; nothing was done.</source>
            <translation>Er war schon vollständig; es wurde nichts getan.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/builds.py" />
            <source>{n} views made in {time} ({rate} per second)</source>
            <translation>{n} Ansichten in {time} erzeugt ({rate} je Sekunde)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/conditions.py" />
            <source>E</source>
            <translation>O</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/conditions.py" />
            <source>N</source>
            <translation>N</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/conditions.py" />
            <source>S</source>
            <translation>S</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/conditions.py" />
            <source>W</source>
            <translation>W</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/conditions.py" />
            <source>all longitudes</source>
            <translation>alle Längen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/conditions.py" />
            <source>analogs (craters of the same kind)</source>
            <translation>Analoga (Krater derselben Art)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/conditions.py" />
            <source>at least {n} pixels across</source>
            <translation>mindestens {n} Pixel im Durchmesser</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/conditions.py" />
            <source>by looks</source>
            <translation>nach Aussehen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/conditions.py" />
            <source>by relief</source>
            <translation>nach Relief</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/conditions.py" />
            <source>by relief and looks</source>
            <translation>nach Relief und Aussehen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/conditions.py" />
            <source>distance</source>
            <translation>Entfernung</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/conditions.py" />
            <source>kind “{name}”, at least {n} %</source>
            <translation>Art „{name}“, mindestens {n} %</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/conditions.py" />
            <source>latitude {south} to {north}</source>
            <translation>Breite {south} bis {north}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/conditions.py" />
            <source>longitude {west} to {east}</source>
            <translation>Länge {west} bis {east}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/conditions.py" />
            <source>not the same place</source>
            <translation>nicht derselbe Ort</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/conditions.py" />
            <source>region {lon}, {lat}</source>
            <translation>Gebiet {lon}, {lat}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/conditions.py" />
            <source>the same crater</source>
            <translation>denselben Krater</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/conditions.py" />
            <source>{a} to {b}</source>
            <translation>{a} bis {b}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/conditions.py" />
            <source>{low} to {high} × the size</source>
            <translation>{low}- bis {high}-fache Größe</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/conditions.py" />
            <source>{name} at least {low}</source>
            <translation>{name} mindestens {low}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/conditions.py" />
            <source>{name} at most {high}</source>
            <translation>{name} höchstens {high}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/conditions.py" />
            <source>{name} {low} to {high}</source>
            <translation>{name} {low} bis {high}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/history.py" />
            <source>no matches</source>
            <translation>keine Treffer</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/history.py" />
            <source>{a} accepted, {r} rejected of {n}</source>
            <translation>{a} angenommen, {r} abgelehnt von {n}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/history.py" />
            <source>{n} matches, none decided</source>
            <translation>{n} Treffer, keiner entschieden</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/kinds.py" />
            <source>Examples that are not in the index: {n}, the first {ids}.</source>
            <translation>Beispiele, die nicht im Index sind: {n}, die ersten {ids}.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/kinds.py" />
            <source>Hardly better than chance: these examples do not show one kind.</source>
            <translation>Kaum besser als der Zufall: Diese Beispiele zeigen nicht eine Art.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/kinds.py" />
            <source>{n} %</source>
            <translation>{n} %</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/kinds.py" />
            <source>{n} examples. Left out in turn, {recall} % of them stand among the best 5 % of the craters that you did not judge; of what stands there, at least {precision} % are of it.</source>
            <translation>{n} Beispiele. Der Reihe nach weggelassen, stehen {recall} % von ihnen unter den besten 5 % der Krater, die Sie nicht beurteilt haben; von dem, was dort steht, sind mindestens {precision} % von der Art.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/kinds.py" />
            <source>{n} measurements of terrain were used beside the pictures.</source>
            <translation>{n} Geländemessungen wurden neben den Bildern verwendet.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/kinds.py" />
            <source>{yes} and {no} not</source>
            <translation>{yes} und {no} nicht</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>(encode {n} s)</source>
            <translation>(Kodieren {n} s)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>&lt; {n} by chance</source>
            <translation>&lt; {n} durch Zufall</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>Analogs of {what}</source>
            <translation>Analoga von {what}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>Best match: {chance}.</source>
            <translation>Bester Treffer: {chance}.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>Blurred: only {pixels}</source>
            <translation>Unscharf: nur {pixels}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <location filename="../../craterbench_qgis/gui/query_bar.py" />
            <source>Box</source>
            <translation>Rechteck</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <location filename="../../craterbench_qgis/gui/query_bar.py" />
            <source>Circle</source>
            <translation>Kreis</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>Crater {id}</source>
            <translation>Krater {id}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <location filename="../../craterbench_qgis/gui/tools/circle.py" />
            <location filename="../../craterbench_qgis/gui/tools/rim.py" />
            <source>Diameter {size}</source>
            <translation>Durchmesser {size}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>Diameter {size}, {ratio} times the query's</source>
            <translation>Durchmesser {size}, das {ratio}-Fache der Anfrage</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>Double-click zooms. A accept, R reject, U undecided, W why it matched, F refine, K kinds.</source>
            <translation>Doppelklick zoomt. A annehmen, R ablehnen, U unentschieden, W warum es ein Treffer ist, F verfeinern, K Arten.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>Likeness of kind {score}, view {view}</source>
            <translation>Ähnlichkeit der Art {score}, Ansicht {view}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>Measured terrain counts {n} % of it.</source>
            <translation>Gemessenes Gelände zählt davon {n} %.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>Measured terrain counts {n} % of it; the query was measured on the model.</source>
            <translation>Gemessenes Gelände zählt davon {n} %; der gesuchte Krater wurde auf dem Modell gemessen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>No crater of the index meets the conditions of this search. Widen them and search again.</source>
            <translation>Kein Krater des Index erfüllt die Bedingungen dieser Suche. Weiten Sie sie, und suchen Sie noch einmal.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>No good match: {chance} as the best match.</source>
            <translation>Kein guter Treffer: {chance} wie der beste Treffer.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>On {raster}</source>
            <translation>Auf {raster}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>On {raster}, as the map shows it</source>
            <translation>Auf {raster}, wie die Karte es zeigt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>Probability {score}, view {view}</source>
            <translation>Wahrscheinlichkeit {score}, Ansicht {view}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>Rank {rank}: {name}</source>
            <translation>Rang {rank}: {name}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>Rank {rank}: {name}, score {score}, diameter {diameter}, {decision}</source>
            <translation>Rang {rank}: {name}, Score {score}, Durchmesser {diameter}, {decision}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>Ranked by likeness of kind: {same} is as the query, above is more so, {half} as unlike as two craters drawn at random. It says nothing on being the same crater.</source>
            <translation>Nach Ähnlichkeit der Art geordnet: {same} ist wie das Gefragte, darüber noch ausgeprägter, {half} so unähnlich wie zwei zufällig gezogene Krater. Das sagt nichts darüber, ob es derselbe Krater ist.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>Ranked by the probability to be of the kind of the accepted craters.</source>
            <translation>Geordnet nach der Wahrscheinlichkeit, von der Art der angenommenen Krater zu sein.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>Refined by your decisions; rejected craters are left out. How many craters would be as similar by chance is told for a query alone.</source>
            <translation>Nach Ihren Entscheidungen verfeinert; abgelehnte Krater sind ausgelassen. Wie viele Krater zufällig so ähnlich wären, wird nur für eine Suche ohne Entscheidungen angegeben.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>Similarity {score} (first stage {first}), view {view}</source>
            <translation>Ähnlichkeit {score} (erste Stufe {first}), Ansicht {view}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>The box of {size} was read as the crater.</source>
            <translation>Das Rechteck von {size} wurde als der Krater gelesen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>The box of {size} was read as the view around the crater.</source>
            <translation>Das Rechteck von {size} wurde als Ausschnitt um den Krater gelesen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>The index has no crater that can be compared: none was cut, or all were removed. See the tab “Index”.</source>
            <translation>Der Index hat keinen vergleichbaren Krater: Keiner wurde ausgeschnitten, oder alle wurden entfernt. Siehe Reiter „Index“.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>The query fits best: {turn}</source>
            <translation>Die Anfrage passt am besten: {turn}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>The raster is coarse for this crop: {n} pixels across.</source>
            <translation>Das Raster ist grob für diesen Ausschnitt: {n} Pixel breit.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>What the map shows</source>
            <translation>Was die Karte zeigt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>about 1 crater of this index looks as similar by chance</source>
            <translation>etwa 1 Krater dieses Index ist zufällig ebenso ähnlich</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>about {n} craters of this index look as similar by chance</source>
            <translation>etwa {n} Krater dieses Index sind zufällig ebenso ähnlich</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <location filename="../../craterbench_qgis/gui/results/filter_box.py" />
            <source>accepted</source>
            <translation>angenommen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>crop {size} wide</source>
            <translation>Ausschnitt {size} breit</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>diameter about {size}, from the first match's scale</source>
            <translation>Durchmesser etwa {size}, nach der Größe des ersten Treffers</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>diameter about {size}, from the rim in the picture</source>
            <translation>Durchmesser etwa {size}, nach dem Rand im Bild</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>diameter about {size}, guessed from the box</source>
            <translation>Durchmesser etwa {size}, aus dem Rechteck geschätzt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>diameter {size}</source>
            <translation>Durchmesser {size}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>diameter {size}, as catalogued</source>
            <translation>Durchmesser {size} laut Katalog</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>fewer than 0.01 craters of this index look as similar by chance</source>
            <translation>weniger als 0,01 Krater dieses Index sind zufällig ebenso ähnlich</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>mirrored</source>
            <translation>gespiegelt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>not turned</source>
            <translation>nicht gedreht</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <location filename="../../craterbench_qgis/gui/results/filter_box.py" />
            <source>rejected</source>
            <translation>abgelehnt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>turned {n}°</source>
            <translation>um {n}° gedreht</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <location filename="../../craterbench_qgis/gui/results/filter_box.py" />
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>undecided</source>
            <translation>unentschieden</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <location filename="../../craterbench_qgis/gui/results/delegate.py" />
            <source>{distance} away</source>
            <translation>{distance} entfernt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>{distance} away, bearing {bearing}°</source>
            <translation>{distance} entfernt, Richtung {bearing}°</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>{n} % of the crop has no data.</source>
            <translation>{n} % des Ausschnitts haben keine Daten.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>{n} accepted</source>
            <translation>{n} angenommen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>{n} by chance</source>
            <translation>{n} durch Zufall</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>{n} of {total} shown</source>
            <translation>{n} von {total} gezeigt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>{n} pixels across</source>
            <translation>{n} Pixel im Durchmesser</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>{n} rejected</source>
            <translation>{n} abgelehnt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <location filename="../../craterbench_qgis/core/words/quantities.py" />
            <source>{n} s</source>
            <translation>{n} s</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>{n} selected</source>
            <translation>{n} ausgewählt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/matches.py" />
            <source>{turned}, mirrored</source>
            <translation>{turned}, gespiegelt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <source>Comparing looks</source>
            <translation>Aussehen vergleichen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <source>Cutting the queries</source>
            <translation>Anfragen ausschneiden</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <source>Describing kinds</source>
            <translation>Arten werden beschrieben</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <source>Digging craters</source>
            <translation>Krater werden gegraben</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <source>Drawing the mosaics</source>
            <translation>Mosaike werden gezeichnet</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <source>Encoding the gallery again</source>
            <translation>Galerie neu kodieren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <source>Joining the parts</source>
            <translation>Teile zusammenfügen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <source>Loading the encoder</source>
            <translation>Encoder laden</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <source>Looking for pairs</source>
            <translation>Paare suchen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <source>Looking for rims</source>
            <translation>Ränder suchen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <source>Making the atlas</source>
            <translation>Atlas wird gezeichnet</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <source>Matching (million operations)</source>
            <translation>Vergleichen (Millionen Operationen)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <source>Measuring offsets</source>
            <translation>Versätze messen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <source>Measuring the terrain</source>
            <translation>Gelände wird vermessen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <source>Pictures</source>
            <translation>Bilder</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <source>Reading the catalogue</source>
            <translation>Katalog lesen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <source>Searching</source>
            <translation>Suchen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <source>Verifying</source>
            <translation>Prüfen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <location filename="../../craterbench_qgis/gui/build/options.py" />
            <location filename="../../craterbench_qgis/gui/index/info.py" />
            <location filename="../../craterbench_qgis/processing/index_build.py" />
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>Views</source>
            <translation>Ansichten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <source>Working</source>
            <translation>In Arbeit</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <source>Writing</source>
            <translation>Schreiben</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <source>{n} per second</source>
            <translation>{n} je Sekunde</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <source>{stage}: {done} of {total}</source>
            <translation>{stage}: {done} von {total}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/progress.py" />
            <source>{time} left</source>
            <translation>noch {time}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/quantities.py" />
            <source>{h} h {m} min</source>
            <translation>{h} h {m} min</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/quantities.py" />
            <location filename="../../craterbench_qgis/gui/results/marks.py" />
            <source>{n} km</source>
            <translation>{n} km</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/quantities.py" />
            <source>{n} min</source>
            <translation>{n} min</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/quantities.py" />
            <source>{n}° E</source>
            <translation>{n}° O</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/quantities.py" />
            <source>{n}° N</source>
            <translation>{n}° N</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/quantities.py" />
            <source>{n}° S</source>
            <translation>{n}° S</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/quantities.py" />
            <source>{n}° W</source>
            <translation>{n}° W</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/reasons.py" />
            <source>hardly any data</source>
            <translation>kaum Daten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/reasons.py" />
            <source>no contrast</source>
            <translation>ohne Kontrast</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/reasons.py" />
            <source>no data</source>
            <translation>ohne Daten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/reasons.py" />
            <source>no mosaic</source>
            <translation>kein Mosaik</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/reasons.py" />
            <source>not looked at</source>
            <translation>nicht angesehen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/reasons.py" />
            <source>outside the mosaic</source>
            <translation>außerhalb des Mosaiks</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/reasons.py" />
            <source>smaller than the mosaic shows</source>
            <translation>kleiner, als das Mosaik zeigt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/reasons.py" />
            <source>wider than half the body</source>
            <translation>breiter als der halbe Körper</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>1 pair to review.</source>
            <translation>1 Paar durchzusehen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>B lies {east} and {north} of A (median of {n} probable pairs).</source>
            <translation>B liegt {east} und {north} von A (Median von {n} wahrscheinlichen Paaren).</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>Centres {n} D apart</source>
            <translation>Mittelpunkte {n} D auseinander</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>D is the larger diameter, {d}; the centres are {m} apart.</source>
            <translation>D ist der größere Durchmesser, {d}; die Mittelpunkte liegen {m} auseinander.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>Decided: {decision}</source>
            <translation>Entschieden: {decision}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>Decided: {decision} ({who})</source>
            <translation>Entschieden: {decision} ({who})</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>Every pair is decided. Now write the cleaned catalogue.</source>
            <translation>Jedes Paar ist entschieden. Schreiben Sie nun den bereinigten Katalog.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>Looks: how alike both views are to the encoder (1: the same).</source>
            <translation>Aussehen: wie ähnlich beide Ansichten dem Encoder sind (1: gleich).</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>No (more) pair matches the filter. Choose other pairs above.</source>
            <translation>Kein (weiteres) Paar entspricht dem Filter. Wählen Sie oben andere Paare.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>No duplicates were found: the review holds no pair.</source>
            <translation>Es wurden keine Dubletten gefunden: Die Durchsicht enthält kein Paar.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>No pair is left undecided.</source>
            <translation>Kein Paar ist mehr unentschieden.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>No two entries look like one crater.</source>
            <translation>Keine zwei Einträge sehen nach einem Krater aus.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>Overlap: area both outlines share, divided by the area they cover together.</source>
            <translation>Überlappung: gemeinsame Fläche beider Umrisse, geteilt durch die zusammen bedeckte Fläche.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>The number in brackets is the probability that both entries are one crater.</source>
            <translation>Die Zahl in Klammern ist die Wahrscheinlichkeit, dass beide Einträge ein Krater sind.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>The second mosaic lies {east} and {north} of the first ({n} pairs).</source>
            <translation>Das zweite Mosaik liegt {east} und {north} vom ersten ({n} Paare).</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>almost certainly the same crater</source>
            <translation>fast sicher derselbe Krater</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>almost certainly two craters</source>
            <translation>fast sicher zwei Krater</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>diameter from {km} km</source>
            <translation>Durchmesser ab {km} km</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>diameter up to {km} km</source>
            <translation>Durchmesser bis {km} km</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>diameters differ by {n} %</source>
            <translation>Durchmesser um {n} % verschieden</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>distinct</source>
            <translation>verschieden</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>duplicate</source>
            <translation>Dublette</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>hard to tell</source>
            <translation>schwer zu sagen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>looks not known</source>
            <translation>Aussehen unbekannt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>looks {n}</source>
            <translation>Aussehen {n}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>outlines overlap {n} %</source>
            <translation>Umrisse überlappen zu {n} %</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>perhaps the same crater</source>
            <translation>vielleicht derselbe Krater</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>perhaps two craters</source>
            <translation>vielleicht zwei Krater</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>probably the same crater</source>
            <translation>wahrscheinlich derselbe Krater</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>probably two craters</source>
            <translation>wahrscheinlich zwei Krater</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>unsure</source>
            <translation>unsicher</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>within the search's region</source>
            <translation>im Gebiet der Suche</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>without an id</source>
            <translation>ohne Kennung</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>{done} of {total}</source>
            <translation>{done} von {total}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>{done} of {total}, {unsure} unsure</source>
            <translation>{done} von {total}, {unsure} unsicher</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>{facts}. Blind: the probability is shown once it is decided.</source>
            <translation>{facts}. Blind: Die Wahrscheinlichkeit erscheint, wenn entschieden ist.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>{facts}: {verdict} ({probability})</source>
            <translation>{facts}: {verdict} ({probability})</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>{letter}: {id}</source>
            <translation>{letter}: {id}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>{name} is read-only, so decisions cannot be kept. Copy it to a folder you may write to.</source>
            <translation>{name} ist schreibgeschützt, darum lassen sich Entscheidungen nicht behalten. Kopieren Sie es in einen Ordner, in dem Sie schreiben dürfen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>{n} m east</source>
            <translation>{n} m östlich</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>{n} m north</source>
            <translation>{n} m nördlich</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>{n} m south</source>
            <translation>{n} m südlich</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>{n} m west</source>
            <translation>{n} m westlich</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>{n} pairs were decided before.</source>
            <translation>{n} Paare waren schon entschieden.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/review.py" />
            <source>{pairs} pairs to review, {probable} of them probably one crater.</source>
            <translation>{pairs} Paare durchzusehen, davon {probable} wahrscheinlich ein Krater.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/tokens.py" />
            <source>How the numbers of the tokens are stored. Small needs 2.5 instead of 8.7 kB a view for the default's 64 tokens and finds nearly as much. Earlier versions of CraterBench cannot open such an index.</source>
            <translation>Wie die Zahlen der Tokens gespeichert werden. Klein braucht für die 64 Tokens der Voreinstellung 2,5 statt 8,7 kB je Ansicht und findet fast ebenso viel. Frühere Versionen von CraterBench können einen solchen Index nicht öffnen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/tokens.py" />
            <source>K = {k} of {d} numbers</source>
            <translation>K = {k} zu {d} Zahlen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/tokens.py" />
            <source>small: two bits a number</source>
            <translation>klein: zwei Bit je Zahl</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/tokens.py" />
            <source>standard: a byte a number</source>
            <translation>normal: ein Byte je Zahl</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>A part of it is how well both pictures lie on one another.</source>
            <translation>Ein Teil davon ist, wie gut beide Bilder aufeinander passen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>Ejecta</source>
            <translation>Auswurf</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>First stage, {score}: one vector for the whole view is compared with the query's; it decides which views are looked at more closely.</source>
            <translation>Erste Stufe, {score}: Ein Vektor für die ganze Ansicht wird mit dem der Anfrage verglichen; er entscheidet, welche Ansichten genauer angesehen werden.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>Floor</source>
            <translation>Boden</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>Likeness of kind, {score}: how near the relief and the looks of both craters are, at any angle and in any light; it decides the rank.</source>
            <translation>Ähnlichkeit der Art, {score}: wie nahe sich Relief und Aussehen beider Krater sind, in jeder Lage und bei jedem Licht; danach richtet sich der Rang.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>Match {rank}: {name}</source>
            <translation>Treffer {rank}: {name}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>Patch of the match: one patch of the query is closest to it ({value}).</source>
            <translation>Bildteil des Treffers: Ein Bildteil der Anfrage ist ihm am nächsten ({value}).</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>Patch of the match: similarity at most {value}; no patch of the query is closest to it.</source>
            <translation>Bildteil des Treffers: Ähnlichkeit höchstens {value}; kein Bildteil der Anfrage ist ihm am nächsten.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>Patch of the match: {n} patches of the query are closest to it (best {value}).</source>
            <translation>Bildteil des Treffers: {n} Bildteile der Anfrage sind ihm am nächsten (bester {value}).</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>Patch of the query: similarity {value} to its best counterpart, outlined.</source>
            <translation>Bildteil der Anfrage: Ähnlichkeit {value} mit seinem besten Gegenstück, umrandet.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>Point at a patch to see its counterparts.</source>
            <translation>Zeigen Sie auf einen Bildteil, um seine Gegenstücke zu sehen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>Probability, {score}: to be of the kind of the accepted craters; it decides the rank.</source>
            <translation>Wahrscheinlichkeit, {score}: von der Art der angenommenen Krater zu sein; sie entscheidet über den Rang.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>Query: {name}</source>
            <translation>Anfrage: {name}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <location filename="../../craterbench_qgis/gui/query_bar.py" />
            <source>Rim</source>
            <translation>Rand</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>Scores are similarities, not probabilities.</source>
            <translation>Scores sind Ähnlichkeiten, keine Wahrscheinlichkeiten.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>Second stage, {score}: late interaction, the mean over the query's tokens of the best similarity to a token of this view; it decides the rank.</source>
            <translation>Zweite Stufe, {score}: späte Interaktion, das Mittel der besten Ähnlichkeiten der Tokens der Anfrage mit einem Token dieser Ansicht; sie entscheidet den Rang.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>Second stage, {score}: late interaction, the mean over the tokens of both views of the best similarity to a token of the other; it decides the rank.</source>
            <translation>Zweite Stufe, {score}: späte Interaktion, das Mittel der besten Ähnlichkeiten der Tokens beider Ansichten mit einem Token der anderen; sie entscheidet den Rang.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>Strongest pairs — {zones}</source>
            <translation>Stärkste Paare — {zones}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>The mosaic of this view is not at hand: its thumbnail is shown, and the query's patches are compared with the tokens stored in the index.</source>
            <translation>Das Mosaik dieser Ansicht ist nicht zur Hand: Gezeigt wird ihr Vorschaubild, und die Bildteile der Anfrage werden mit den im Index gespeicherten Tokens verglichen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>The patches, {score}: late interaction of the query turned as it fits best. They show what corresponds, and take no part in the rank.</source>
            <translation>Die Teilstücke, {score}: Late Interaction der Anfrage, so gedreht, wie sie am besten passt. Sie zeigen, was sich entspricht, und gehen nicht in den Rang ein.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>Why {name} matched</source>
            <translation>Warum {name} ein Treffer ist</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>encoder {name}</source>
            <translation>Encoder {name}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>index {name}</source>
            <translation>Index {name}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>mosaic {name}</source>
            <translation>Mosaik {name}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>rank {rank} of {total}</source>
            <translation>Rang {rank} von {total}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>{zone}: none</source>
            <translation>{zone}: keine</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/core/words/why.py" />
            <source>{zone}: {numbers} (best {value})</source>
            <translation>{zone}: {numbers} (bestes {value})</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/export.py" />
            <source>Export {n} craters</source>
            <translation>{n} Krater exportieren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/export.py" />
            <location filename="../../craterbench_qgis/gui/results/bar.py" />
            <source>Export…</source>
            <translation>Exportieren…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/export.py" />
            <source>Write them as a layer, a table or a crater list</source>
            <translation>Als Layer, Tabelle oder Kraterliste schreiben</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/export.py" />
            <source>Written: {name}, {n} craters.</source>
            <translation>Geschrieben: {name}, {n} Krater.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/export.py" />
            <source>atlas</source>
            <translation>Atlas</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/export.py" />
            <source>craters</source>
            <translation>Krater</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/legend.py" />
            <source>few craters</source>
            <translation>wenige Krater</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/legend.py" />
            <source>many</source>
            <translation>viele</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/legend.py" />
            <source>others</source>
            <translation>andere</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/legend.py" />
            <source>{low} to {high}</source>
            <translation>{low} bis {high}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/legend.py" />
            <source>{n} without a value: grey</source>
            <translation>{n} ohne Wert: grau</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/make.py" />
            <source>Make the atlas</source>
            <translation>Atlas anlegen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/make.py" />
            <source>Stopped; nothing was changed.</source>
            <translation>Angehalten; nichts wurde geändert.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <source>An atlas shows the craters of this index as points: the more alike two craters are, the nearer they lie. It is made once, in about a minute, and kept with the index.</source>
            <translation>Ein Atlas zeigt die Krater dieses Index als Punkte: Je ähnlicher zwei Krater sind, desto näher liegen sie beieinander. Er wird einmal angelegt, in etwa einer Minute, und beim Index aufbewahrt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <location filename="../../craterbench_qgis/gui/results/filter_box.py" />
            <source>Clear</source>
            <translation>Leeren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <source>Colour by</source>
            <translation>Färben nach</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <source>Draw round the craters to select: also by dragging with the Shift key</source>
            <translation>Die auszuwählenden Krater umfahren; auch durch Ziehen mit der Umschalttaste</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <source>How many craters</source>
            <translation>Wie viele Krater</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <source>Lasso</source>
            <translation>Lasso</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <source>No crater selected</source>
            <translation>Kein Krater ausgewählt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <location filename="../../craterbench_qgis/gui/dock.py" />
            <source>No index is open: open or build one in the tab “Index”.</source>
            <translation>Kein Index ist offen: Öffnen Sie einen im Reiter „Index“, oder bauen Sie einen auf.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <source>Search like it</source>
            <translation>Ähnliche suchen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <source>Search with the crater that was clicked</source>
            <translation>Mit dem angeklickten Krater suchen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <source>Select no crater (Escape)</source>
            <translation>Keinen Krater auswählen (Escape)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <source>Select them in the layer of the index's craters, zoom</source>
            <translation>Sie im Layer der Krater des Index auswählen und hinzoomen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <source>Show all of the atlas (key 0)</source>
            <translation>Den ganzen Atlas zeigen (Taste 0)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <source>Show on map</source>
            <translation>Auf der Karte zeigen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <source>The selection could not be read. Draw it again.</source>
            <translation>Die Auswahl ließ sich nicht lesen. Zeichnen Sie sie noch einmal.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <source>What the points are coloured by</source>
            <translation>Wonach die Punkte gefärbt sind</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <source>Whole</source>
            <translation>Ganz</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <source>diameter</source>
            <translation>Durchmesser</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <source>latitude</source>
            <translation>Breite</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <source>longitude</source>
            <translation>Länge</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <source>{n} craters selected</source>
            <translation>{n} Krater ausgewählt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <source>{n} craters selected, {shown} of them ringed</source>
            <translation>{n} Krater ausgewählt, {shown} davon umringt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <source>{n} craters were added after this atlas was made and are not in it. Made again, all craters get new places.</source>
            <translation>{n} Krater kamen erst nach diesem Atlas hinzu und fehlen darin. Neu angelegt, bekommen alle Krater neue Plätze.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/panel.py" />
            <location filename="../../craterbench_qgis/gui/index/panel.py" />
            <source>{path} does not open as a layer. Verify the index.</source>
            <translation>{path} lässt sich nicht als Layer öffnen. Prüfen Sie den Index.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/atlas/view.py" />
            <source>Atlas of the index's craters</source>
            <translation>Atlas der Krater des Index</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/catalogue.py" />
            <location filename="../../craterbench_qgis/gui/index/info.py" />
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>Catalogue</source>
            <translation>Katalog</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/catalogue.py" />
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Crater catalogue</source>
            <translation>Kraterkatalog</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/catalogue.py" />
            <location filename="../../craterbench_qgis/gui/results/condition_editor.py" />
            <source>Diameter</source>
            <translation>Durchmesser</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/catalogue.py" />
            <location filename="../../craterbench_qgis/gui/review/find_options.py" />
            <source>File…</source>
            <translation>Datei…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/catalogue.py" />
            <source>Identifier</source>
            <translation>Kennung</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/catalogue.py" />
            <source>Latitude</source>
            <translation>Breite</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/catalogue.py" />
            <source>Layer or file</source>
            <translation>Layer oder Datei</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/catalogue.py" />
            <source>Longitude</source>
            <translation>Länge</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/catalogue.py" />
            <source>Reading the catalogue…</source>
            <translation>Der Katalog wird gelesen…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/catalogue.py" />
            <source>Reading the layer…</source>
            <translation>Der Layer wird gelesen…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/catalogue.py" />
            <source>Rows left out: {n} ({reasons})</source>
            <translation>Ausgelassene Zeilen: {n} ({reasons})</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/catalogue.py" />
            <source>Unit of the diameter</source>
            <translation>Einheit des Durchmessers</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/catalogue.py" />
            <source>Usable craters: {n}</source>
            <translation>Brauchbare Krater: {n}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/catalogue.py" />
            <source>choose a column…</source>
            <translation>Spalte wählen…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/catalogue.py" />
            <source>choose…</source>
            <translation>wählen…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/catalogue.py" />
            <source>diameters {low} to {high}</source>
            <translation>Durchmesser {low} bis {high}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/catalogue.py" />
            <source>from the geometry</source>
            <translation>aus der Geometrie</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/catalogue.py" />
            <location filename="../../craterbench_qgis/gui/build/options.py" />
            <location filename="../../craterbench_qgis/gui/review/find_options.py" />
            <source>km</source>
            <translation>km</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/catalogue.py" />
            <location filename="../../craterbench_qgis/gui/review/find_options.py" />
            <source>m</source>
            <translation>m</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/catalogue.py" />
            <source>row number</source>
            <translation>Zeilennummer</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/catalogue.py" />
            <source>unit: auto</source>
            <translation>Einheit: auto</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/catalogue.py" />
            <source>{what} (auto)</source>
            <translation>{what} (auto)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/circles.py" />
            <source>Are the diameters twice too large? Halved they would fit: {share} %.</source>
            <translation>Sind die Durchmesser doppelt so groß? Halbiert würden sie passen: {share} %.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/circles.py" />
            <source>Are these radii? Doubled they would fit: {share} %.</source>
            <translation>Sind das Radien? Verdoppelt würden sie passen: {share} %.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/circles.py" />
            <location filename="../../craterbench_qgis/gui/build/progress.py" />
            <location filename="../../craterbench_qgis/gui/index/first.py" />
            <location filename="../../craterbench_qgis/gui/index/panel.py" />
            <location filename="../../craterbench_qgis/gui/results/condition_editor.py" />
            <location filename="../../craterbench_qgis/gui/results/states.py" />
            <location filename="../../craterbench_qgis/gui/review/job_dialog.py" />
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/circles.py" />
            <source>Check the circles</source>
            <translation>Kreise prüfen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/circles.py" />
            <source>Cut twelve craters: the largest, the smallest, at the poles, at the seam, others</source>
            <translation>Zwölf Krater ausschneiden: die größten, die kleinsten, an den Polen, an der Naht, andere</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/circles.py" />
            <source>Cutting a few craters…</source>
            <translation>Einige Krater werden ausgeschnitten …</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/circles.py" />
            <source>Do the circles lie on craters?</source>
            <translation>Liegen die Kreise auf Kratern?</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/circles.py" />
            <source>Is the catalogue of this body, and its diameter's unit right?</source>
            <translation>Gehört der Katalog zu diesem Körper, und stimmt die Einheit des Durchmessers?</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/circles.py" />
            <source>Is the longitude positive west? Mirrored it would fit: {share} %.</source>
            <translation>Zählt die Länge nach Westen? Gespiegelt würde sie passen: {share} %.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/circles.py" />
            <source>No crater is large enough on this mosaic to judge its rim. Look yourself.</source>
            <translation>Kein Krater ist auf diesem Mosaik groß genug, um seinen Rand zu beurteilen. Sehen Sie selbst nach.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/circles.py" />
            <source>Rim score {share} %: so many circles displaced at random are weaker rims than the catalogue's own (chance: 50 %, {n} craters).</source>
            <translation>Randmaß {share} %: So viele zufällig verschobene Kreise sind schwächere Ränder als die des Katalogs (Zufall: 50 %, {n} Krater).</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/circles.py" />
            <source>The check was cancelled.</source>
            <translation>Die Prüfung wurde abgebrochen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/circles.py" />
            <source>The circles do not lie on rims: {share} % of displaced circles are weaker rims, 50 % would be by chance ({n} craters).</source>
            <translation>Die Kreise liegen nicht auf Rändern: {share} % der verschobenen Kreise sind schwächere Ränder, 50 % wären Zufall ({n} Krater).</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/circles.py" />
            <source>{name}
{diameter}</source>
            <translation>{name}
{diameter}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/dialog.py" />
            <source>Build</source>
            <translation>Aufbauen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/dialog.py" />
            <source>Build an index</source>
            <translation>Index aufbauen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/dialog.py" />
            <location filename="../../craterbench_qgis/gui/review/find_dialog.py" />
            <source>Choose a catalogue.</source>
            <translation>Wählen Sie einen Katalog.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/dialog.py" />
            <location filename="../../craterbench_qgis/gui/review/job_dialog.py" />
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>Close</source>
            <translation>Schließen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/dialog.py" />
            <source>Diameters and region are not known any more: set them as in the first build.</source>
            <translation>Durchmesser und Gebiet sind nicht mehr bekannt: Stellen Sie sie wie beim ersten Mal ein.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/dialog.py" />
            <location filename="../../craterbench_qgis/plugin.py" />
            <source>Help</source>
            <translation>Hilfe</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/dialog.py" />
            <source>No crater lies within these diameters and this region; change them.</source>
            <translation>Kein Krater liegt in diesen Durchmessern und diesem Gebiet; ändern Sie sie.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/dialog.py" />
            <location filename="../../craterbench_qgis/gui/build/progress.py" />
            <location filename="../../craterbench_qgis/gui/dock.py" />
            <location filename="../../craterbench_qgis/gui/index/page.py" />
            <source>Resume</source>
            <translation>Fortsetzen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/dialog.py" />
            <source>Run in background</source>
            <translation>Im Hintergrund weiter</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/dialog.py" />
            <source>The catalogue is of {a}, the mosaic of {b}; choose ones that fit.</source>
            <translation>Der Katalog ist von {a}, das Mosaik von {b}; wählen Sie zueinander passende.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/dialog.py" />
            <source>The layer is not there any more; choose another one.</source>
            <translation>Den Layer gibt es nicht mehr; wählen Sie einen anderen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/dialog.py" />
            <source>Writing {path}…</source>
            <translation>{path} wird geschrieben…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/estimate.py" />
            <source>(not: {reasons})</source>
            <translation>(nicht: {reasons})</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/estimate.py" />
            <source>Views: about {n}</source>
            <translation>Ansichten: etwa {n}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/estimate.py" />
            <source>Views: at most {n}</source>
            <translation>Ansichten: höchstens {n}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/estimate.py" />
            <source>Views: {n}</source>
            <translation>Ansichten: {n}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/estimate.py" />
            <source>space: about {size}</source>
            <translation>Platz: etwa {size}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/estimate.py" />
            <source>time: about {time}, as in the last build here</source>
            <translation>Zeit: etwa {time}, wie beim letzten Aufbau hier</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/estimate.py" />
            <source>time: shown once the build runs</source>
            <translation>Zeit: wird angezeigt, sobald der Aufbau läuft</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/job.py" />
            <source>CraterBench: building {name}</source>
            <translation>CraterBench: {name} wird aufgebaut</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/mosaics.py" />
            <source>Add a raster layer of the project</source>
            <translation>Einen Rasterlayer des Projekts hinzufügen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/mosaics.py" />
            <source>Add at least one mosaic.</source>
            <translation>Fügen Sie mindestens ein Mosaik hinzu.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/mosaics.py" />
            <source>Add file…</source>
            <translation>Datei hinzufügen…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/mosaics.py" />
            <source>Add layer</source>
            <translation>Layer hinzufügen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/mosaics.py" />
            <source>Each mosaic is a further observation of the same craters.</source>
            <translation>Jedes Mosaik ist eine weitere Beobachtung derselben Krater.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/mosaics.py" />
            <location filename="../../craterbench_qgis/processing/inputs.py" />
            <location filename="../../craterbench_qgis/processing/params.py" />
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>Mosaics</source>
            <translation>Mosaike</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/mosaics.py" />
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>Remove</source>
            <translation>Entfernen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/mosaics.py" />
            <source>The mosaics are of different bodies ({a}, {b}); remove one.</source>
            <translation>Die Mosaike zeigen verschiedene Körper ({a}, {b}); entfernen Sie eines.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/mosaics.py" />
            <source>The project has no raster with local pixels</source>
            <translation>Das Projekt hat kein Raster mit lokalen Pixeln</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/mosaics.py" />
            <source>reading…</source>
            <translation>wird gelesen…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/mosaics.py" />
            <source>{body} · {scale} m per pixel · {width} × {height} pixels</source>
            <translation>{body} · {scale} m je Pixel · {width} × {height} Pixel</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/mosaics.py" />
            <source>{name} cannot be used; remove it.</source>
            <translation>{name} ist nicht verwendbar; entfernen Sie es.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/options.py" />
            <source>Add a mosaic first: the map's extent is taken in degrees of its body.</source>
            <translation>Fügen Sie zuerst ein Mosaik hinzu: Der Kartenausschnitt wird in Grad seines Körpers genommen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/options.py" />
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <location filename="../../craterbench_qgis/processing/index_build.py" />
            <source>Context factors</source>
            <translation>Kontextfaktoren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/options.py" />
            <location filename="../../craterbench_qgis/gui/review/find_options.py" />
            <source>Diameters</source>
            <translation>Durchmesser</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/options.py" />
            <location filename="../../craterbench_qgis/gui/index/info.py" />
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Encoder</source>
            <translation>Encoder</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/options.py" />
            <source>Instance tokens per view: more are finer, and need more space and time.</source>
            <translation>Instanz-Tokens je Ansicht: Mehr sind feiner und brauchen mehr Platz und Zeit.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/options.py" />
            <source>Map's extent</source>
            <translation>Kartenausschnitt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/options.py" />
            <source>Only craters within</source>
            <translation>Nur Krater in</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/options.py" />
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Region</source>
            <translation>Gebiet</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/options.py" />
            <source>Sides of the square crops as multiples of the crater's diameter, separated by commas; decimals with a point.</source>
            <translation>Seiten der quadratischen Ausschnitte als Vielfache des Kraterdurchmessers, durch Kommas getrennt; Dezimalstellen mit Punkt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/options.py" />
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Size of tokens</source>
            <translation>Größe der Tokens</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/options.py" />
            <source>The smallest diameter is larger than the largest; change one of them.</source>
            <translation>Der kleinste Durchmesser ist größer als der größte; ändern Sie einen davon.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/options.py" />
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>Tokens (K)</source>
            <translation>Tokens (K)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/options.py" />
            <source>default</source>
            <translation>Standard</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/options.py" />
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>default (64)</source>
            <translation>Standard (64)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/options.py" />
            <source>default ({name})</source>
            <translation>Standard ({name})</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/options.py" />
            <location filename="../../craterbench_qgis/gui/review/find_options.py" />
            <source>from the smallest</source>
            <translation>ab kleinstem</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/options.py" />
            <source>longitude {w}° to {e}°, latitude {s}° to {n}°</source>
            <translation>Länge {w}° bis {e}°, Breite {s}° bis {n}°</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/options.py" />
            <location filename="../../craterbench_qgis/gui/review/find_options.py" />
            <source>to the largest</source>
            <translation>bis größtem</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/output.py" />
            <location filename="../../craterbench_qgis/gui/index/info.py" />
            <source>Folder</source>
            <translation>Ordner</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/output.py" />
            <source>Folder for the index</source>
            <translation>Ordner für den Index</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/output.py" />
            <source>Give the index a name and a folder.</source>
            <translation>Geben Sie dem Index einen Namen und einen Ordner.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/output.py" />
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>Name</source>
            <translation>Name</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/output.py" />
            <source>Only {free} are free there, about {needed} are needed; choose another folder.</source>
            <translation>Dort sind nur {free} frei, gebraucht werden etwa {needed}; wählen Sie einen anderen Ordner.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/output.py" />
            <source>Save the index as</source>
            <translation>Index speichern als</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/output.py" />
            <source>for example: moon-20km</source>
            <translation>zum Beispiel: mond-20km</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/output.py" />
            <source>{folder} cannot be written to; choose another folder.</source>
            <translation>In {folder} kann nicht geschrieben werden; wählen Sie einen anderen Ordner.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/output.py" />
            <source>{name} exists and is no index; take another name.</source>
            <translation>{name} gibt es schon und ist kein Index; nehmen Sie einen anderen Namen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/output.py" />
            <source>{name} is a complete index already; open it or take another name.</source>
            <translation>{name} ist schon ein vollständiger Index; öffnen Sie ihn, oder nehmen Sie einen anderen Namen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/output.py" />
            <source>{name} is an unfinished build; it goes on if everything is as it was.</source>
            <translation>{name} ist ein unfertiger Aufbau; er geht weiter, wenn alles ist wie zuvor.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/output.py" />
            <source>{path} ({free} free)</source>
            <translation>{path} ({free} frei)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/output.py" />
            <source>{path} cannot be read ({why}); choose another folder.</source>
            <translation>{path} ist nicht lesbar ({why}); wählen Sie einen anderen Ordner.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/progress.py" />
            <source>Building {name}</source>
            <translation>{name} wird aufgebaut</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/progress.py" />
            <source>Dismiss</source>
            <translation>Ausblenden</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/progress.py" />
            <source>No view was skipped.</source>
            <translation>Keine Ansicht wurde übersprungen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/progress.py" />
            <source>Open index</source>
            <translation>Index öffnen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/progress.py" />
            <location filename="../../craterbench_qgis/gui/review/job_dialog.py" />
            <location filename="../../craterbench_qgis/gui/workbench.py" />
            <source>Starting…</source>
            <translation>Wird gestartet…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/progress.py" />
            <source>Stop the build; what is done stays and can be resumed.</source>
            <translation>Aufbau anhalten; Fertiges bleibt, es kann dort weitergehen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/progress.py" />
            <source>Stopping after the batch at work…</source>
            <translation>Hält nach dem laufenden Stapel an…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/progress.py" />
            <source>The build of {name} failed</source>
            <translation>Der Aufbau von {name} ist gescheitert</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/progress.py" />
            <source>The build of {name} was stopped</source>
            <translation>Der Aufbau von {name} wurde angehalten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/progress.py" />
            <source>Views skipped: {n} ({reasons})</source>
            <translation>Übersprungene Ansichten: {n} ({reasons})</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/progress.py" />
            <source>What is done stays; Resume goes on where it stopped.</source>
            <translation>Fertiges bleibt; „Fortsetzen“ macht dort weiter.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/build/progress.py" />
            <source>{name} is built</source>
            <translation>{name} ist fertig</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/count_area.py" />
            <source>Centre in it: counts whole</source>
            <translation>Mitte darin: zählt ganz</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/count_area.py" />
            <source>The selected polygons of this layer, or all of them where none is selected</source>
            <translation>Die ausgewählten Polygone dieses Layers, oder alle, wo keines ausgewählt ist</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/count_area.py" />
            <source>Touches it: counts as a fraction</source>
            <translation>Berührt sie: zählt als Bruchteil</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/count_area.py" />
            <source>none: the file has no area</source>
            <translation>keine: Die Datei hat keine Fläche</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/dock.py" />
            <source>Atlas</source>
            <translation>Atlas</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/dock.py" />
            <location filename="../../craterbench_qgis/gui/help.py" />
            <location filename="../../craterbench_qgis/gui/index/builds.py" />
            <location filename="../../craterbench_qgis/gui/workbench.py" />
            <source>CraterBench</source>
            <translation>CraterBench</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/dock.py" />
            <location filename="../../craterbench_qgis/processing/base.py" />
            <source>Duplicates</source>
            <translation>Dubletten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/dock.py" />
            <source>History</source>
            <translation>Verlauf</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/dock.py" />
            <location filename="../../craterbench_qgis/processing/base.py" />
            <location filename="../../craterbench_qgis/processing/index_build.py" />
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Index</source>
            <translation>Index</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/dock.py" />
            <location filename="../../craterbench_qgis/gui/index/panel.py" />
            <location filename="../../craterbench_qgis/gui/workbench.py" />
            <source>Opening {name}…</source>
            <translation>{name} wird geöffnet…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/dock.py" />
            <location filename="../../craterbench_qgis/gui/results/condition_editor.py" />
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <location filename="../../craterbench_qgis/processing/base.py" />
            <source>Search</source>
            <translation>Suche</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/dock.py" />
            <source>Searching {name}: {craters} craters on {body}</source>
            <translation>Gesucht wird in {name}: {craters} Krater auf {body}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/drawn.py" />
            <source>QGIS draws {name} on only {share} % of this square; {least} % are needed. Choose another place or another raster.</source>
            <translation>QGIS zeichnet {name} nur auf {share} % dieses Quadrats; nötig sind {least} %. Wählen Sie eine andere Stelle oder ein anderes Raster.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/drawn.py" />
            <source>The engine is not running yet. Wait a moment, ask again.</source>
            <translation>Die Engine läuft noch nicht. Warten Sie einen Moment und fragen Sie noch einmal.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/engine_bar.py" />
            <source>Check or repair the engine's environment</source>
            <translation>Die Umgebung der Engine prüfen oder reparieren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/engine_bar.py" />
            <location filename="../../craterbench_qgis/gui/setup/repair.py" />
            <location filename="../../craterbench_qgis/gui/workbench.py" />
            <source>Copy report</source>
            <translation>Bericht kopieren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/engine_bar.py" />
            <source>Put what happened on the clipboard</source>
            <translation>Was geschehen ist, in die Zwischenablage legen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/engine_bar.py" />
            <location filename="../../craterbench_qgis/gui/workbench.py" />
            <source>Restart</source>
            <translation>Neu starten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/engine_bar.py" />
            <source>Set up…</source>
            <translation>Einrichten…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/engine_bar.py" />
            <source>Start the engine again</source>
            <translation>Die Engine wieder starten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/engine_bar.py" />
            <source>The engine is starting…</source>
            <translation>Die Engine startet…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <source>Accepted ({n})</source>
            <translation>Angenommene ({n})</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <location filename="../../craterbench_qgis/gui/review/apply_dialog.py" />
            <source>Add to map</source>
            <translation>Zur Karte hinzufügen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <source>All ({n})</source>
            <translation>Alle ({n})</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <source>Area:</source>
            <translation>Fläche:</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <location filename="../../craterbench_qgis/gui/review/job_dialog.py" />
            <source>Browse…</source>
            <translation>Durchsuchen…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <source>Centre points</source>
            <translation>Mittelpunkte</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <source>Circles of true size on the ground</source>
            <translation>Kreise in wahrer Größe am Boden</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <source>Export</source>
            <translation>Exportieren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>Export matches</source>
            <translation>Treffer exportieren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <source>File:</source>
            <translation>Datei:</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <source>Format:</source>
            <translation>Format:</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <source>Geometry:</source>
            <translation>Geometrie:</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <source>Matches:</source>
            <translation>Treffer:</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <location filename="../../craterbench_qgis/gui/history/panel.py" />
            <source>Open</source>
            <translation>Öffnen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <location filename="../../craterbench_qgis/gui/review/apply_dialog.py" />
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>Open folder</source>
            <translation>Ordner öffnen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <source>Replace the file that is there</source>
            <translation>Die vorhandene Datei ersetzen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <source>Selected ({n})</source>
            <translation>Ausgewählte ({n})</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <source>Shown in the list ({n})</source>
            <translation>In der Liste gezeigte ({n})</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <source>The style could not be written: {reason}.</source>
            <translation>Der Stil konnte nicht geschrieben werden: {reason}.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <source>There are no such matches. Choose others.</source>
            <translation>Solche Treffer gibt es nicht. Wählen Sie andere.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <source>Write the style beside it (.qml)</source>
            <translation>Den Stil daneben schreiben (.qml)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>Written: {name}</source>
            <translation>Geschrieben: {name}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <source>and {n} more beside it</source>
            <translation>und {n} weitere daneben</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <source>{counted} of {n} craters count on {area} km²</source>
            <translation>{counted} von {n} Kratern zählen auf {area} km²</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <source>{name} cannot be shown on the map. Look at it in its folder.</source>
            <translation>{name} kann nicht auf der Karte gezeigt werden. Sehen Sie es in seinem Ordner an.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/export_dialog.py" />
            <source>{name} is in the layer list now.</source>
            <translation>{name} ist jetzt in der Layerliste.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/help.py" />
            <source>No web browser could be started. The help is the file {path}.</source>
            <translation>Es ließ sich kein Webbrowser starten. Die Hilfe ist die Datei {path}.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/history/panel.py" />
            <source>Delete</source>
            <translation>Löschen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/history/panel.py" />
            <source>Hide this message</source>
            <translation>Diese Meldung ausblenden</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/history/panel.py" />
            <source>In memory only: save the project to keep these queries.</source>
            <translation>Nur im Speicher: Speichern Sie das Projekt, um diese Anfragen zu behalten.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/history/panel.py" />
            <source>No queries in this project yet. Search for a crater and it will be listed here.</source>
            <translation>In diesem Projekt gibt es noch keine Anfragen. Suchen Sie nach einem Krater, dann steht er hier.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/history/panel.py" />
            <source>Queries of this project</source>
            <translation>Anfragen dieses Projekts</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/history/panel.py" />
            <source>Rename</source>
            <translation>Umbenennen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/history/panel.py" />
            <source>The query</source>
            <translation>Die Anfrage</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/history/panel.py" />
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>Undo</source>
            <translation>Rückgängig</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/history/panel.py" />
            <source>“{label}” was deleted.</source>
            <translation>„{label}“ wurde gelöscht.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/builds.py" />
            <source>{name} is built; open it in the tab “Index”.</source>
            <translation>{name} ist fertig; öffnen Sie ihn im Reiter „Index“.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/catalogue_layer.py" />
            <source>{index}: catalogue</source>
            <translation>{index}: Katalog</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/demo.py" />
            <source>Demo planet, another observation</source>
            <translation>Beispielplanet, eine andere Aufnahme</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/demo.py" />
            <source>Demo planet, indexed</source>
            <translation>Beispielplanet, im Index</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/first.py" />
            <source>A small synthetic planet and its index, made in seconds. You draw a box round a crater and see what looks like it.</source>
            <translation>Ein kleiner künstlicher Planet und sein Index, in Sekunden gemacht. Sie ziehen ein Rechteck um einen Krater und sehen, was ihm ähnlich ist.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/first.py" />
            <location filename="../../craterbench_qgis/gui/index/panel.py" />
            <source>Build…</source>
            <translation>Aufbauen…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/first.py" />
            <location filename="../../craterbench_qgis/plugin.py" />
            <source>Find the craters that look like this one</source>
            <translation>Die Krater finden, die aussehen wie dieser</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/first.py" />
            <source>Makes an index of your own crater catalogue and mosaic; you see a few of the craters first.</source>
            <translation>Macht einen Index aus Ihrem Kraterkatalog und Mosaik; einige der Krater sehen Sie vorher.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/first.py" />
            <location filename="../../craterbench_qgis/gui/index/panel.py" />
            <source>Open…</source>
            <translation>Öffnen…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/first.py" />
            <location filename="../../craterbench_qgis/gui/review/job_dialog.py" />
            <source>Stopping…</source>
            <translation>Wird angehalten…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/first.py" />
            <source>Takes an index that is there: a folder NAME.craterindex.</source>
            <translation>Nimmt einen Index, den es schon gibt: einen Ordner NAME.craterindex.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/first.py" />
            <source>Try it</source>
            <translation>Ausprobieren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/info.py" />
            <source> ({n} removed)</source>
            <translation> ({n} entfernt)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/info.py" />
            <source>, seeds by {seeds}</source>
            <translation>, Saatpunkte: {seeds}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/info.py" />
            <location filename="../../craterbench_qgis/gui/review/find_options.py" />
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>Body</source>
            <translation>Körper</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/info.py" />
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>Craters</source>
            <translation>Krater</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/info.py" />
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>Made</source>
            <translation>Erstellt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/info.py" />
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>Mosaic</source>
            <translation>Mosaik</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/info.py" />
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>On disk</source>
            <translation>Auf Platte</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/info.py" />
            <source>Skipped</source>
            <translation>Ausgelassen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/info.py" />
            <source>The build is not finished: {n} views are there, {left} were not looked at yet. What is there can be searched; Resume finishes it.</source>
            <translation>Der Aufbau ist nicht fertig: {n} Ansichten sind da, {left} wurden noch nicht angesehen. Was da ist, lässt sich durchsuchen; „Fortsetzen“ beendet ihn.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/info.py" />
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>Tokens</source>
            <translation>Tokens</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/info.py" />
            <location filename="../../craterbench_qgis/gui/review/find_options.py" />
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>none</source>
            <translation>keine</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/info.py" />
            <source>{name} (gone; its craters are in the index)</source>
            <translation>{name} (nicht mehr da; seine Krater sind im Index)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/info.py" />
            <source>{name} is not at {folder} any more</source>
            <translation>{name} ist nicht mehr in {folder}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/info.py" />
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>{n} at {contexts}</source>
            <translation>{n} mit {contexts}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/page.py" />
            <source>Add catalogue to map</source>
            <translation>Katalog zur Karte hinzufügen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/page.py" />
            <source>Check every byte of the index</source>
            <translation>Jedes Byte des Index prüfen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/page.py" />
            <source>Checkpoint…</source>
            <translation>Checkpoint…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/page.py" />
            <source>Close index</source>
            <translation>Index schließen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/page.py" />
            <source>Close the index; nothing is deleted</source>
            <translation>Den Index schließen; gelöscht wird nichts</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/page.py" />
            <source>Go on with the build where it stopped</source>
            <translation>Den Aufbau dort fortsetzen, wo er anhielt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/page.py" />
            <source>Name the file of the encoder the index was built with</source>
            <translation>Die Datei des Encoders nennen, mit dem der Index aufgebaut wurde</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/page.py" />
            <source>Show the index's craters as a map layer</source>
            <translation>Die Krater des Index als Kartenlayer zeigen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/page.py" />
            <source>Verify</source>
            <translation>Prüfen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/panel.py" />
            <source>Build an index of a crater catalogue on a mosaic</source>
            <translation>Einen Index aus Kraterkatalog und Mosaik aufbauen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/panel.py" />
            <source>Build it anew, or take it from a copy; what is sound can still be searched.</source>
            <translation>Bauen Sie ihn neu auf, oder nehmen Sie eine Kopie; was heil ist, lässt sich weiter durchsuchen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/panel.py" />
            <source>Build… makes one of your own craters and mosaic; you see a few of them first.</source>
            <translation>„Aufbauen …“ macht einen aus Ihren eigenen Kratern und Ihrem Mosaik; einige davon sehen Sie vorher.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/panel.py" />
            <source>Checkpoints (*.safetensors *.pth *.pt *.json)</source>
            <translation>Checkpoints (*.safetensors *.pth *.pt *.json)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/panel.py" />
            <source>Engine, search, new indexes, folders</source>
            <translation>Engine, Suche, neue Indizes, Ordner</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/panel.py" />
            <source>Every file is as it was written.</source>
            <translation>Jede Datei ist, wie sie geschrieben wurde.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/panel.py" />
            <source>Loading the encoder…</source>
            <translation>Der Encoder wird geladen…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/panel.py" />
            <source>Open an index: a folder NAME.craterindex</source>
            <translation>Einen Index öffnen: einen Ordner NAME.craterindex</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/panel.py" />
            <source>Opened lately</source>
            <translation>Zuletzt geöffnet</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/panel.py" />
            <source>Opening was cancelled.</source>
            <translation>Das Öffnen wurde abgebrochen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/panel.py" />
            <source>Open… takes an index that is there: a folder NAME.craterindex.</source>
            <translation>„Öffnen …“ nimmt einen vorhandenen Index: einen Ordner NAME.craterindex.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/panel.py" />
            <location filename="../../craterbench_qgis/plugin.py" />
            <source>Settings…</source>
            <translation>Einstellungen…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/panel.py" />
            <source>Stop waiting</source>
            <translation>Nicht länger warten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/panel.py" />
            <source>The encoder's checkpoint</source>
            <translation>Der Checkpoint des Encoders</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/panel.py" />
            <source>The layer “{name}” shows the catalogue; it cannot be edited.</source>
            <translation>Der Layer „{name}“ zeigt den Katalog; er ist nicht bearbeitbar.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/panel.py" />
            <source>Verifying was cancelled.</source>
            <translation>Das Prüfen wurde abgebrochen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/panel.py" />
            <source>Verifying…</source>
            <translation>Wird geprüft…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/panel.py" />
            <source>{name} cannot be opened: {reason}. Choose a folder NAME.craterindex.</source>
            <translation>{name} lässt sich nicht öffnen: {reason}. Wählen Sie einen Ordner NAME.craterindex.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/recent.py" />
            <source>Indexes that you open are listed here.</source>
            <translation>Hier stehen die Indexe, die Sie öffnen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/recent.py" />
            <source>Remove from this list</source>
            <translation>Aus dieser Liste entfernen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/recent.py" />
            <source>cannot be read</source>
            <translation>nicht lesbar</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/recent.py" />
            <source>it is no index</source>
            <translation>es ist kein Index</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/recent.py" />
            <source>not there any more</source>
            <translation>nicht mehr da</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/index/recent.py" />
            <source>unfinished build</source>
            <translation>unfertiger Aufbau</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>A kind from a table: one that was written here, or any list of its craters</source>
            <translation>Eine Art aus einer Tabelle: einer hier geschriebenen, oder einer beliebigen Liste ihrer Krater</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>A kind from these matches</source>
            <translation>Eine Art aus diesen Treffern</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>A kind needs at least {least} examples; {n} are accepted. Accept some more.</source>
            <translation>Eine Art braucht mindestens {least} Beispiele, angenommen sind {n}. Nehmen Sie weitere an.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>A table of examples</source>
            <translation>Eine Tabelle mit Beispielen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>All craters of the index with their probability: a layer, or a table to pass on</source>
            <translation>Alle Krater des Index mit ihrer Wahrscheinlichkeit: ein Layer, oder eine Tabelle zum Weitergeben</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>Cannot be read: {names}. Name them again, or remove their files.</source>
            <translation>Nicht lesbar: {names}. Benennen Sie sie neu, oder entfernen Sie ihre Dateien.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>Find analogs of a crater and accept those of the kind, then name it here.</source>
            <translation>Suchen Sie Analoga eines Kraters und nehmen Sie die der Art an, dann benennen Sie sie hier.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>Give the kind a name.</source>
            <translation>Geben Sie der Art einen Namen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>In the gallery and on the map, the likeliest first</source>
            <translation>In der Galerie und auf der Karte, die wahrscheinlichsten zuerst</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>It is on the map, drawn by its probability.</source>
            <translation>Sie sind auf der Karte, nach ihrer Wahrscheinlichkeit gezeichnet.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>Kinds kept beside {index}</source>
            <translation>Neben {index} aufbewahrte Arten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>Kinds of craters</source>
            <translation>Arten von Kratern</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>Learn the kind</source>
            <translation>Die Art lernen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <location filename="../../craterbench_qgis/processing/named_kind.py" />
            <source>Name of the kind</source>
            <translation>Name der Art</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>Name:</source>
            <translation>Name:</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>Read…</source>
            <translation>Lesen…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>Remove the kind “{name}” and its {n} examples? What was found by it stays.</source>
            <translation>Die Art „{name}“ und ihre {n} Beispiele entfernen? Was durch sie gefunden wurde, bleibt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>Show its craters</source>
            <translation>Ihre Krater zeigen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>Such as “floor-fractured”</source>
            <translation>Etwa „mit zerbrochenem Boden“</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>The examples that it has already are replaced.</source>
            <translation>Die Beispiele, die sie schon hat, werden ersetzt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>There are no matches of this index to name a kind by.</source>
            <translation>Es gibt keine Treffer dieses Index, nach denen eine Art benannt werden könnte.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>To learn from: {yes} examples, {no} that are not of it.</source>
            <translation>Gelernt wird aus: {yes} Beispielen, {no}, die nicht von der Art sind.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>Together with the examples it has already</source>
            <translation>Zusammen mit den Beispielen, die sie schon hat</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>Write the craters of “{kind}”</source>
            <translation>Die Krater von „{kind}“ schreiben</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>Write…</source>
            <translation>Schreiben…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>kind</source>
            <translation>Art</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/dialog.py" />
            <source>{what}: {yes} accepted (of the kind), {no} rejected (not of it).</source>
            <translation>{what}: {yes} angenommen (von der Art), {no} abgelehnt (nicht von ihr).</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/kept.py" />
            <location filename="../../craterbench_qgis/processing/named_kind.py" />
            <source>Examples</source>
            <translation>Beispiele</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/kept.py" />
            <source>Found again</source>
            <translation>Wiedergefunden</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/kept.py" />
            <source>How many of its examples, left out in turn, stand among the best 5 % of the craters that nobody judged</source>
            <translation>Wie viele ihrer Beispiele, der Reihe nach weggelassen, unter den besten 5 % der Krater stehen, die niemand beurteilt hat</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/kept.py" />
            <location filename="../../craterbench_qgis/gui/results/condition_editor.py" />
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Kind</source>
            <translation>Art</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/kept.py" />
            <source>Kinds of this index</source>
            <translation>Arten dieses Index</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/kinds/kept.py" />
            <source>Learnt</source>
            <translation>Gelernt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/layer_files.py" />
            <location filename="../../craterbench_qgis/gui/review/panel.py" />
            <source>All files (*)</source>
            <translation>Alle Dateien (*)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/layer_files.py" />
            <location filename="../../craterbench_qgis/gui/review/apply_dialog.py" />
            <source>Crater catalogues ({pattern})</source>
            <translation>Kraterkataloge ({pattern})</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/layer_files.py" />
            <source>Rasters ({pattern})</source>
            <translation>Raster ({pattern})</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/layer_files.py" />
            <source>The layer {name} could not be written to a file ({why}).</source>
            <translation>Der Layer {name} konnte nicht in eine Datei geschrieben werden ({why}).</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/offer.py" />
            <source>Stop</source>
            <translation>Anhalten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/project_index.py" />
            <source>Locate…</source>
            <translation>Suchen …</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/project_index.py" />
            <source>The index is not there</source>
            <translation>Der Index ist nicht da</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/project_index.py" />
            <source>The index “{name}” is not in {folder} any more. Pictures, “Why” and new searches need it.</source>
            <translation>Der Index „{name}“ ist nicht mehr in {folder}. Bilder, „Warum“ und neue Suchen brauchen ihn.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/project_index.py" />
            <source>Where is the index “{name}”?</source>
            <translation>Wo ist der Index „{name}“?</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/project_index.py" />
            <source>{folder} is not the index “{name}”. Choose the folder that is.</source>
            <translation>{folder} ist nicht der Index „{name}“. Wählen Sie den richtigen Ordner.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/query_bar.py" />
            <source>Box of {size}</source>
            <translation>Rechteck von {size}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/query_bar.py" />
            <source>Click</source>
            <translation>Klick</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/query_bar.py" />
            <source>Click on a crater of a point or polygon layer; where there is none, turn the wheel for a circle</source>
            <translation>Einen Krater eines Punkt- oder Polygonlayers anklicken; wo keiner ist, das Rad für einen Kreis drehen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/query_bar.py" />
            <source>Click three points on a crater's rim</source>
            <translation>Drei Punkte auf dem Rand eines Kraters anklicken</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/query_bar.py" />
            <source>Drag a box around a crater</source>
            <translation>Ein Rechteck um einen Krater ziehen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/query_bar.py" />
            <source>Drag a box around a crater, or choose another tool.</source>
            <translation>Ziehen Sie ein Rechteck um einen Krater, oder wählen Sie ein anderes Werkzeug.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/query_bar.py" />
            <source>Drawing {name} for the search…</source>
            <translation>{name} wird für die Suche gezeichnet…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/query_bar.py" />
            <source>Given up. Draw again, or choose another tool.</source>
            <translation>Aufgegeben. Zeichnen Sie noch einmal, oder wählen Sie ein anderes Werkzeug.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/query_bar.py" />
            <source>Open an index first.</source>
            <translation>Öffnen Sie zuerst einen Index.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/query_bar.py" />
            <source>Press on a crater's centre and drag to its rim; or turn the wheel until the circle fits, and click</source>
            <translation>Auf die Mitte eines Kraters drücken und bis zum Rand ziehen; oder das Rad drehen, bis der Kreis passt, und klicken</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/query_bar.py" />
            <source>Search the selected craters of the active layer</source>
            <translation>Nach den ausgewählten Kratern des aktiven Layers suchen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/query_bar.py" />
            <source>Selection</source>
            <translation>Auswahl</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/query_bar.py" />
            <source>The crop that will be searched</source>
            <translation>Der Ausschnitt, mit dem gesucht wird</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/query_bar.py" />
            <source>There is no raster of this body here. Add a mosaic, or choose one above.</source>
            <translation>Hier liegt kein Raster dieses Körpers. Fügen Sie ein Mosaik hinzu oder wählen Sie oben eines.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/query_bar.py" />
            <source>on {raster}</source>
            <translation>auf {raster}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/query_bar.py" />
            <source>on {raster}, as the map shows it</source>
            <translation>auf {raster}, wie die Karte es zeigt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/query_bar.py" />
            <source>{share} % valid</source>
            <translation>{share} % gültig</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/query_parts.py" />
            <source> km</source>
            <translation> km</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/query_parts.py" />
            <source>Diameter of the crater</source>
            <translation>Durchmesser des Kraters</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/query_parts.py" />
            <source>The crater's diameter. Change it and press Enter: the place is searched again.</source>
            <translation>Der Durchmesser des Kraters. Ändern Sie ihn und drücken Sie die Eingabetaste: Dann wird noch einmal gesucht.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/query_parts.py" />
            <source>The raster the query is cut from</source>
            <translation>Das Raster, aus dem die Anfrage geschnitten wird</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/query_parts.py" />
            <source>Topmost under the cursor</source>
            <translation>Oberstes unter dem Mauszeiger</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/actions.py" />
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>Accept</source>
            <translation>Annehmen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/actions.py" />
            <source>Accept the selected matches (key A; Space accepts and takes back)</source>
            <translation>Die ausgewählten Treffer annehmen (Taste A; Leertaste nimmt an und zurück)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/actions.py" />
            <source>Copy as text</source>
            <translation>Als Text kopieren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/actions.py" />
            <source>Copy {n} as text</source>
            <translation>{n} als Text kopieren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/actions.py" />
            <source>Enter</source>
            <translation>Eingabe</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/actions.py" />
            <source>Kinds of craters…</source>
            <translation>Arten von Kratern…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/actions.py" />
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <location filename="../../craterbench_qgis/gui/review/find_options.py" />
            <source>More</source>
            <translation>Mehr</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/actions.py" />
            <source>Refine</source>
            <translation>Verfeinern</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/actions.py" />
            <source>Refine the query by all decisions</source>
            <translation>Die Suche nach allen Entscheidungen verfeinern</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/actions.py" />
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>Reject</source>
            <translation>Ablehnen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/actions.py" />
            <source>Reject the selected matches (key R)</source>
            <translation>Die ausgewählten Treffer ablehnen (Taste R)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/actions.py" />
            <source>Search again: more like the accepted matches, less like the rejected ones (key F). Analogs take {n} accepted ones; not at any angle</source>
            <translation>Noch einmal suchen: ähnlicher den angenommenen Treffern, unähnlicher den abgelehnten (Taste F). Analoga brauchen {n} angenommene; nicht in jeder Lage</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/actions.py" />
            <source>Search with this crater</source>
            <translation>Mit diesem Krater suchen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/actions.py" />
            <source>Select all shown</source>
            <translation>Alle gezeigten auswählen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/actions.py" />
            <source>Show which parts of the crops matched (key W)</source>
            <translation>Zeigen, welche Teile der Ausschnitte übereinstimmten (Taste W)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/actions.py" />
            <source>Take the decision back (key U)</source>
            <translation>Die Entscheidung zurücknehmen (Taste U)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/actions.py" />
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>Undecided</source>
            <translation>Unentschieden</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/actions.py" />
            <source>Undo the last decision</source>
            <translation>Die letzte Entscheidung rückgängig machen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/actions.py" />
            <source>Why it matched…</source>
            <translation>Warum es ein Treffer ist…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/actions.py" />
            <source>Why?</source>
            <translation>Warum?</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/actions.py" />
            <source>Zoom to the crater</source>
            <translation>Zum Krater zoomen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/actions.py" />
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>{what} ({key})</source>
            <translation>{what} ({key})</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/bar.py" />
            <source>By decision</source>
            <translation>Nach Entscheidung</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/bar.py" />
            <source>By diameter</source>
            <translation>Nach Durchmesser</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/bar.py" />
            <source>By distance</source>
            <translation>Nach Entfernung</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/bar.py" />
            <source>By latitude</source>
            <translation>Nach Breite</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/bar.py" />
            <source>By likeness of size</source>
            <translation>Nach Ähnlichkeit der Größe</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/bar.py" />
            <source>By rank</source>
            <translation>Nach Rang</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/bar.py" />
            <source>Filter</source>
            <translation>Filter</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/bar.py" />
            <source>Filter ({n})</source>
            <translation>Filter ({n})</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/bar.py" />
            <source>Order of the matches</source>
            <translation>Reihenfolge der Treffer</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/bar.py" />
            <source>Reverse the order</source>
            <translation>Reihenfolge umkehren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/bar.py" />
            <source>Show only some of the matches</source>
            <translation>Nur einen Teil der Treffer zeigen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/bar.py" />
            <source>Size of the pictures</source>
            <translation>Größe der Bilder</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/bar.py" />
            <source>Sort by</source>
            <translation>Sortieren nach</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/bar.py" />
            <source>The gallery in a window of its own</source>
            <translation>Die Galerie in einem eigenen Fenster</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/bar.py" />
            <source>The gallery in a window of its own (key G)</source>
            <translation>Die Galerie in einem eigenen Fenster (Taste G)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/bar.py" />
            <source>Write matches to a file, or a contact sheet</source>
            <translation>Treffer in eine Datei oder einen Bilderbogen schreiben</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/chips.py" />
            <source>Search without: {text}</source>
            <translation>Suchen ohne: {text}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/chips.py" />
            <source>{text}: press to change it</source>
            <translation>{text}: zum Ändern drücken</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/condition_editor.py" />
            <source>A condition on the catalogue's columns, as SQL</source>
            <translation>Eine Bedingung an die Spalten des Katalogs, als SQL</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/condition_editor.py" />
            <source>At least</source>
            <translation>Mindestens</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/condition_editor.py" />
            <source>Columns</source>
            <translation>Spalten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/condition_editor.py" />
            <source>Condition on the columns</source>
            <translation>Bedingung an die Spalten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/condition_editor.py" />
            <source>Diameter over the query's</source>
            <translation>Durchmesser geteilt durch den der Anfrage</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/condition_editor.py" />
            <source>Distance from the query, along the great circle</source>
            <translation>Entfernung von der Anfrage, entlang des Großkreises</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/condition_editor.py" />
            <source>From</source>
            <translation>Von</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/condition_editor.py" />
            <source>Kind, and its probability</source>
            <translation>Art, und ihre Wahrscheinlichkeit</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/condition_editor.py" />
            <source>Latitude, south is negative</source>
            <translation>Breite, Süden ist negativ</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/condition_editor.py" />
            <source>No kind is named for this index yet. Find analogs and press “Kinds…”.</source>
            <translation>Für diesen Index ist noch keine Art benannt. Suchen Sie Analoga und drücken Sie „Arten…“.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/condition_editor.py" />
            <source>Pixels of the mosaic across the crater, at least</source>
            <translation>Pixel des Mosaiks im Durchmesser des Kraters, mindestens</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/condition_editor.py" />
            <source>Probability at least</source>
            <translation>Wahrscheinlichkeit mindestens</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/condition_editor.py" />
            <source>Put the name of a column into the condition</source>
            <translation>Den Namen einer Spalte in die Bedingung setzen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/condition_editor.py" />
            <source>The first number must not be above the second. Swap them.</source>
            <translation>Die erste Zahl darf nicht über der zweiten liegen. Vertauschen Sie sie.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/condition_editor.py" />
            <source>To</source>
            <translation>Bis</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/condition_editor.py" />
            <location filename="../../craterbench_qgis/gui/results/filter_box.py" />
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>any</source>
            <translation>beliebig</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/condition_editor.py" />
            <source>at least</source>
            <translation>mindestens</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/condition_editor.py" />
            <source>to</source>
            <translation>bis</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/delegate.py" />
            <source>no picture</source>
            <translation>kein Bild</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/delegate.py" />
            <source>same place</source>
            <translation>gleicher Ort</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/filter_box.py" />
            <location filename="../../craterbench_qgis/gui/results/panel.py" />
            <source>Clear the filter</source>
            <translation>Filter leeren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/filter_box.py" />
            <source>Decision</source>
            <translation>Entscheidung</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/filter_box.py" />
            <source>Name, id or any attribute</source>
            <translation>Name, Kennung oder ein Attribut</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/filter_box.py" />
            <source>Score at least</source>
            <translation>Score mindestens</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/filter_box.py" />
            <source>Show all matches again</source>
            <translation>Wieder alle Treffer zeigen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/filter_box.py" />
            <source>Shows matches in which every word occurs</source>
            <translation>Zeigt Treffer, in denen jedes Wort vorkommt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/filter_box.py" />
            <source>Shows matches you decided so</source>
            <translation>Zeigt Treffer, über die Sie so entschieden haben</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/filter_box.py" />
            <source>Similarity, at most 1</source>
            <translation>Ähnlichkeit, höchstens 1</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/filter_box.py" />
            <source>Text</source>
            <translation>Text</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/filter_box.py" />
            <source>not rejected</source>
            <translation>nicht abgelehnt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/header.py" />
            <source>The crop that was searched with</source>
            <translation>Der Ausschnitt, mit dem gesucht wurde</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/header.py" />
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>all</source>
            <translation>gesamt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/header.py" />
            <source>conditions</source>
            <translation>Bedingungen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/header.py" />
            <source>counting by chance</source>
            <translation>Zufallstreffer zählen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/header.py" />
            <source>cutting the crop</source>
            <translation>Ausschnitt schneiden</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/header.py" />
            <source>encoding it</source>
            <translation>Ausschnitt kodieren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/header.py" />
            <source>first stage</source>
            <translation>erste Stufe</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/header.py" />
            <source>opening</source>
            <translation>öffnen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/header.py" />
            <source>picture of the crop</source>
            <translation>Bild des Ausschnitts</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/header.py" />
            <source>pictures laid on one another</source>
            <translation>Bilder aufeinandergelegt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/header.py" />
            <source>putting together</source>
            <translation>zusammenstellen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/header.py" />
            <source>refining</source>
            <translation>Verfeinern der Suche</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/header.py" />
            <source>second stage</source>
            <translation>zweite Stufe</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/header.py" />
            <source>{stage}: {n} ms</source>
            <translation>{stage}: {n} ms</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/marks.py" />
            <source>{n} px</source>
            <translation>{n} px</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/model.py" />
            <source>A accepts, R rejects, U leaves undecided, W says why, Enter zooms</source>
            <translation>A nimmt an, R lehnt ab, U lässt unentschieden, W sagt warum, Eingabe zoomt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/panel.py" />
            <source>Back to the last matches</source>
            <translation>Zurück zu den letzten Treffern</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/panel.py" />
            <source>Draw a box around a crater on the map, or click one, to find the craters that look like it.</source>
            <translation>Ziehen Sie auf der Karte ein Rechteck um einen Krater, oder klicken Sie einen an, um ähnliche Krater zu finden.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/panel.py" />
            <source>No match meets the filter; {n} are hidden.</source>
            <translation>Kein Treffer entspricht dem Filter; {n} sind ausgeblendet.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/panel.py" />
            <source>Space accepts · Enter zooms · Ctrl+Z undoes</source>
            <translation>Leertaste nimmt an · Eingabe zoomt · Strg+Z macht rückgängig</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/question.py" />
            <source>+ Condition</source>
            <translation>+ Bedingung</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/question.py" />
            <source>Columns of the catalogue…</source>
            <translation>Spalten des Katalogs…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/question.py" />
            <source>Diameter…</source>
            <translation>Durchmesser…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/question.py" />
            <source>Distance from the query…</source>
            <translation>Entfernung von der Anfrage…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/question.py" />
            <location filename="../../craterbench_qgis/gui/review/find_dialog.py" />
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Find</source>
            <translation>Suchen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/question.py" />
            <source>For a picture that may be turned: all orientations are tried</source>
            <translation>Für ein Bild, das gedreht sein kann: alle Lagen werden versucht</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/question.py" />
            <source>Kinds…</source>
            <translation>Arten…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/question.py" />
            <source>Kind…</source>
            <translation>Art…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/question.py" />
            <source>Latitude…</source>
            <translation>Breite…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/question.py" />
            <source>Name a kind of craters by the accepted matches; those there are (key K)</source>
            <translation>Eine Art von Kratern nach den angenommenen Treffern benennen; die es gibt (Taste K)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/question.py" />
            <source>Not the same place</source>
            <translation>Nicht derselbe Ort</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/question.py" />
            <source>Pixels across…</source>
            <translation>Pixel im Durchmesser…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/question.py" />
            <source>Relief: the shape, as the picture shows it. Looks: bright and dark, as in the mosaic. Refined analogs are by both</source>
            <translation>Relief: die Form, wie das Bild sie zeigt. Aussehen: hell und dunkel, wie im Mosaik. Verfeinerte Analoga gehen nach beidem</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/question.py" />
            <source>Search only among some of the craters</source>
            <translation>Nur unter einem Teil der Krater suchen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/question.py" />
            <source>Size relative to the query…</source>
            <translation>Größe im Verhältnis zur Anfrage…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/question.py" />
            <source>The map does not show this body. Open a mosaic of it.</source>
            <translation>Die Karte zeigt diesen Körper nicht. Öffnen Sie ein Mosaik von ihm.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/question.py" />
            <source>The same crater: have we seen it before? Analogs: craters of the same kind, at any angle and mirrored</source>
            <translation>Denselben Krater: haben wir ihn schon gesehen? Analoga: Krater derselben Art, in jeder Lage und gespiegelt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/question.py" />
            <source>Where the map is now</source>
            <translation>Wo die Karte gerade ist</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/question.py" />
            <source>Within the selected polygons</source>
            <translation>In den gewählten Polygonen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/question.py" />
            <source>any angle</source>
            <translation>jede Lage</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/states.py" />
            <source>Under way</source>
            <translation>Läuft</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/upgrade.py" />
            <source>A mosaic of this index is not where it was, or has changed. Locate it.</source>
            <translation>Ein Mosaik dieses Index ist nicht mehr an seinem Ort oder wurde geändert. Zeigen Sie, wo es ist.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/upgrade.py" />
            <source>Add descriptors of kind</source>
            <translation>Deskriptoren der Art hinzufügen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/upgrade.py" />
            <source>An earlier version described these craters. Described anew from the mosaics, once, their relief is told more exactly where light shows it: on shaded terrain and in pictures under a low sun.</source>
            <translation>Diese Krater hat eine frühere Version beschrieben. Einmal aus den Mosaiken neu beschrieben, wird ihr Relief genauer erkannt, wo das Licht es zeigt: auf schattiertem Gelände und in Bildern bei tiefer Sonne.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/upgrade.py" />
            <source>Describe its craters anew</source>
            <translation>Seine Krater neu beschreiben</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/upgrade.py" />
            <source>Locate the mosaic…</source>
            <translation>Mosaik suchen…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/upgrade.py" />
            <source>No view of this index can be cut from its mosaics any more. Build it again.</source>
            <translation>Keine Ansicht dieses Index lässt sich noch aus seinen Mosaiken schneiden. Erstellen Sie ihn neu.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/upgrade.py" />
            <source>Stopped. The same button goes on from there.</source>
            <translation>Angehalten. Derselbe Knopf macht dort weiter.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/upgrade.py" />
            <source>The mosaic this index was cut from</source>
            <translation>Das Mosaik, aus dem dieser Index geschnitten wurde</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/upgrade.py" />
            <source>This index cannot tell kinds of craters yet. It learns them once from its mosaics; its craters stay as they are, and you can go on working meanwhile.</source>
            <translation>Dieser Index kann Arten von Kratern noch nicht unterscheiden. Er lernt sie einmal aus seinen Mosaiken; seine Krater bleiben, wie sie sind, und Sie können derweil weiterarbeiten.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/upgrade.py" />
            <source>What is done stays; the same button goes on from there.</source>
            <translation>Was getan ist, bleibt; derselbe Knopf macht dort weiter.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/upgrade.py" />
            <source>{n} views can no longer be cut from the mosaics and have none.</source>
            <translation>{n} Ansichten lassen sich nicht mehr aus den Mosaiken schneiden und haben keine.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/view.py" />
            <source>Accept (A)</source>
            <translation>Annehmen (A)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/view.py" />
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <location filename="../../craterbench_qgis/processing/search_base.py" />
            <source>Matches</source>
            <translation>Treffer</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/view.py" />
            <source>Reject (R)</source>
            <translation>Ablehnen (R)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/window.py" />
            <source>Bring them back</source>
            <translation>Zurückholen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/window.py" />
            <source>CraterBench: matches</source>
            <translation>CraterBench: Treffer</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/results/window.py" />
            <source>The matches are in a window of their own.</source>
            <translation>Die Treffer sind in einem eigenen Fenster.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/apply_dialog.py" />
            <source>1 pair is decided as a duplicate: it keeps one entry.</source>
            <translation>1 Paar ist als Dublette entschieden: Ein Eintrag davon bleibt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/apply_dialog.py" />
            <source>Also merge undecided pairs from probability</source>
            <translation>Auch unentschiedene Paare zusammenführen ab Wahrscheinlichkeit</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/apply_dialog.py" />
            <source>Catalogue to write</source>
            <translation>Zu schreibender Katalog</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/apply_dialog.py" />
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>File</source>
            <translation>Datei</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/apply_dialog.py" />
            <source>Leave out {left} of {all} entries that the search did not compare ({why})</source>
            <translation>{left} von {all} Einträgen weglassen, die die Suche nicht verglichen hat ({why})</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/apply_dialog.py" />
            <source>That is the review itself; name another file.</source>
            <translation>Das ist die Durchsicht selbst; nennen Sie eine andere Datei.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/apply_dialog.py" />
            <source>Undecided: {left}, unsure: {unsure}; they stay as they are.</source>
            <translation>Unentschieden: {left}, unsicher: {unsure}; sie bleiben, wie sie sind.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/apply_dialog.py" />
            <source>Write</source>
            <translation>Schreiben</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/apply_dialog.py" />
            <source>Write cleaned catalogue</source>
            <translation>Bereinigten Katalog schreiben</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/apply_dialog.py" />
            <source>{entries} entries became {kept}: {merged} were merged into their keepers.</source>
            <translation>Aus {entries} Einträgen wurden {kept}: {merged} gingen in den behaltenen auf.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/apply_dialog.py" />
            <source>{name} cannot be opened as a layer; open its folder instead.</source>
            <translation>{name} lässt sich nicht als Layer öffnen; öffnen Sie stattdessen seinen Ordner.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/apply_dialog.py" />
            <source>{name} is replaced.</source>
            <translation>{name} wird ersetzt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/apply_dialog.py" />
            <source>{n} entries that the search did not compare were left out, as chosen.</source>
            <translation>{n} Einträge, die die Suche nicht verglichen hat, wurden wie gewählt weggelassen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/apply_dialog.py" />
            <source>{n} pairs are decided as duplicates: each cluster keeps one entry.</source>
            <translation>{n} Paare sind als Dubletten entschieden: Je Gruppe bleibt ein Eintrag.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/apply_dialog.py" />
            <source>{n} pairs were not merged, because a pair of their cluster is distinct.</source>
            <translation>{n} Paare wurden nicht zusammengeführt, weil ein Paar ihrer Gruppe verschieden ist.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <location filename="../../craterbench_qgis/gui/setup/page.py" />
            <source>Back</source>
            <translation>Zurück</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>Blink</source>
            <translation>Blinken</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>Both entries are one crater</source>
            <translation>Beide Einträge sind ein Krater</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>Both in one place: A left of the line, B right of it (S)</source>
            <translation>Beide an einer Stelle: A links der Linie, B rechts davon (S)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>Cannot be told; look at it again later</source>
            <translation>Nicht zu sagen; später noch einmal ansehen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>Draw the entries' outlines (O)</source>
            <translation>Die Umrisse der Einträge zeichnen (O)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>Least probability</source>
            <translation>Mindestwahrscheinlichkeit</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>Least probability, and who reviews</source>
            <translation>Mindestwahrscheinlichkeit, und wer durchsieht</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>One picture in the other's place, to and fro (B)</source>
            <translation>Ein Bild an der Stelle des anderen, hin und her (B)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>Order: what comes first</source>
            <translation>Reihenfolge: was zuerst kommt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>Outlines</source>
            <translation>Umrisse</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>Progress of the review</source>
            <translation>Fortschritt der Durchsicht</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>Reviewer</source>
            <translation>Durchgesehen von</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>Skip</source>
            <translation>Überspringen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>Swipe</source>
            <translation>Wischen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>Take the last decision back (Ctrl+Z)</source>
            <translation>Die letzte Entscheidung zurücknehmen (Strg+Z)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>The next pair, without a decision (Right)</source>
            <translation>Das nächste Paar, ohne Entscheidung (Rechts)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>The pair before (Backspace or Left)</source>
            <translation>Das vorige Paar (Rücktaste oder Links)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>This name is kept with every decision</source>
            <translation>Dieser Name wird bei jeder Entscheidung vermerkt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>Two craters</source>
            <translation>Zwei Krater</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>Where A ends and B begins</source>
            <translation>Wo A endet und B beginnt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>Which pairs</source>
            <translation>Welche Paare</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>by doubt</source>
            <translation>nach Zweifel</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>by place</source>
            <translation>nach Ort</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>by probability</source>
            <translation>nach Wahrscheinlichkeit</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>by size</source>
            <translation>nach Größe</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>undecided, unsure</source>
            <translation>unentschieden, unsicher</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>{duplicates} duplicates, {distinct} distinct, {unsure} unsure</source>
            <translation>{duplicates} Dubletten, {distinct} verschieden, {unsure} unsicher</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/controls.py" />
            <source>{progress} · {n} match the filter</source>
            <translation>{progress} · {n} entsprechen dem Filter</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/dialogs.py" />
            <source>Pictures from another mosaic</source>
            <translation>Bilder aus einem anderen Mosaik</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_dialog.py" />
            <source>Both catalogues are the same; choose another, or compare within one only.</source>
            <translation>Beide Kataloge sind derselbe; wählen Sie einen anderen, oder vergleichen Sie nur innerhalb des einen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_dialog.py" />
            <source>Choose the second catalogue, or compare within the first one only.</source>
            <translation>Wählen Sie den zweiten Katalog, oder vergleichen Sie nur innerhalb des ersten.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_dialog.py" />
            <source>Compare with a second catalogue</source>
            <translation>Mit einem zweiten Katalog vergleichen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_dialog.py" />
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Find duplicates</source>
            <translation>Dubletten suchen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_dialog.py" />
            <location filename="../../craterbench_qgis/gui/review/panel.py" />
            <source>GeoPackages (*.gpkg)</source>
            <translation>GeoPackages (*.gpkg)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_dialog.py" />
            <source>Mosaics (without one, position and size decide alone)</source>
            <translation>Mosaike (ohne entscheiden Ort und Größe allein)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_dialog.py" />
            <source>Neither the catalogue nor a mosaic says on which body the craters lie: add a mosaic, or name the body under “More”.</source>
            <translation>Weder der Katalog noch ein Mosaik sagt, auf welchem Körper die Krater liegen: Fügen Sie ein Mosaik hinzu, oder nennen Sie den Körper unter „Mehr“.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_dialog.py" />
            <source>Review file</source>
            <translation>Datei der Durchsicht</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_dialog.py" />
            <source>Review to write</source>
            <translation>Zu schreibende Durchsicht</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_dialog.py" />
            <source>The files are of different bodies ({a}, {b}); change one.</source>
            <translation>Die Dateien sind von verschiedenen Körpern ({a}, {b}); ändern Sie eine.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_dialog.py" />
            <source>The review would replace {name}, which is read; name another file.</source>
            <translation>Die Durchsicht würde {name} ersetzen, das gelesen wird; nennen Sie eine andere Datei.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_dialog.py" />
            <source>{a} entries against {b}.</source>
            <translation>{a} Einträge gegen {b}.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_dialog.py" />
            <source>{name} cannot be used; it is said above why.</source>
            <translation>{name} ist nicht zu gebrauchen; oben steht, warum.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_dialog.py" />
            <source>{name} is being read…</source>
            <translation>{name} wird gelesen…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_dialog.py" />
            <source>{name} is there already: it is found anew, and what was decided in it is kept.</source>
            <translation>{name} gibt es schon: Die Suche ersetzt es, und was darin entschieden ist, bleibt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_dialog.py" />
            <source>{n} entries, each against its neighbours.</source>
            <translation>{n} Einträge, jeder gegen seine Nachbarn.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_options.py" />
            <source>A second mosaic of the same ground: how it is displaced from the first one is measured at every probable pair.</source>
            <translation>Ein zweites Mosaik desselben Gebiets: An jedem wahrscheinlichen Paar wird gemessen, wie es gegen das erste verschoben ist.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_options.py" />
            <source>Add the mosaic that is compared with another one, or compare with none.</source>
            <translation>Fügen Sie das Mosaik hinzu, das mit einem anderen verglichen wird, oder vergleichen Sie mit keinem.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_options.py" />
            <source>By how much the second catalogue lies displaced from the first as a whole. It is taken back for the search only.</source>
            <translation>Um wie viel der zweite Katalog als Ganzes gegen den ersten verschoben liegt. Es wird nur für die Suche zurückgenommen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_options.py" />
            <source>Compare the mosaic with</source>
            <translation>Das Mosaik vergleichen mit</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_options.py" />
            <source>Needed where neither a catalogue nor a mosaic says it.</source>
            <translation>Nötig, wo weder ein Katalog noch ein Mosaik es sagt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_options.py" />
            <source>Other entries are not compared, and are not in the cleaned catalogue.</source>
            <translation>Andere Einträge werden nicht verglichen und stehen nicht im bereinigten Katalog.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_options.py" />
            <source>Pairs of at least this probability are joined into clusters. All others are listed for review as well.</source>
            <translation>Paare mit mindestens dieser Wahrscheinlichkeit werden zu Gruppen verbunden. Auch alle anderen stehen in der Durchsicht.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_options.py" />
            <source>Probable from</source>
            <translation>Wahrscheinlich ab</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_options.py" />
            <source>Second catalogue displaced by</source>
            <translation>Zweiter Katalog verschoben um</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_options.py" />
            <source>Second mosaic</source>
            <translation>Zweites Mosaik</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_options.py" />
            <source>The smallest diameter is larger than the largest one; correct one.</source>
            <translation>Der kleinste Durchmesser ist größer als der größte; berichtigen Sie einen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_options.py" />
            <source>as the files say</source>
            <translation>wie in den Dateien</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_options.py" />
            <source>east</source>
            <translation>Ost</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/find_options.py" />
            <source>north</source>
            <translation>Nord</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/job_dialog.py" />
            <source>Cancelled; nothing was written.</source>
            <translation>Abgebrochen; es wurde nichts geschrieben.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/job_dialog.py" />
            <source>End the file's name with one of: {endings}.</source>
            <translation>Lassen Sie den Dateinamen enden auf: {endings}.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/job_dialog.py" />
            <source>Name the file to write.</source>
            <translation>Nennen Sie die zu schreibende Datei.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/job_dialog.py" />
            <source>There is no folder {folder}; choose another.</source>
            <translation>Den Ordner {folder} gibt es nicht; wählen Sie einen anderen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/job_dialog.py" />
            <source>{name} is a folder; name a file.</source>
            <translation>{name} ist ein Ordner; nennen Sie eine Datei.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/page.py" />
            <source>Attributes</source>
            <translation>Attribute</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/page.py" />
            <source>Blind: hide the probability until decided</source>
            <translation>Blind: die Wahrscheinlichkeit erst nach der Entscheidung zeigen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/page.py" />
            <source>Close the review</source>
            <translation>Die Durchsicht schließen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/page.py" />
            <source>Find duplicates…</source>
            <translation>Dubletten suchen…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/page.py" />
            <source>Find entries of a catalogue that are the same crater, look at each pair and decide, then write the cleaned catalogue.</source>
            <translation>Einträge eines Katalogs finden, die derselbe Krater sind, jedes Paar ansehen und entscheiden, dann den bereinigten Katalog schreiben.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/page.py" />
            <source>Go on with {name}</source>
            <translation>Weiter mit {name}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/page.py" />
            <source>Map</source>
            <translation>Karte</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/page.py" />
            <source>Move the map to each pair</source>
            <translation>Die Karte zu jedem Paar bewegen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/page.py" />
            <source>Open a review…</source>
            <translation>Durchsicht öffnen…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/page.py" />
            <source>Open another review…</source>
            <translation>Eine andere Durchsicht öffnen…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/page.py" />
            <source>Pictures from another mosaic…</source>
            <translation>Bilder aus einem anderen Mosaik…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/page.py" />
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>Review</source>
            <translation>Durchsicht</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/page.py" />
            <source>The pair on the project's rasters, seen from above, stretched to what is there</source>
            <translation>Das Paar auf den Rastern des Projekts, von oben gesehen, im Kontrast dessen, was dort ist</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/page.py" />
            <source>What the catalogues say about both entries</source>
            <translation>Was die Kataloge über beide Einträge sagen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/page.py" />
            <source>Write cleaned catalogue…</source>
            <translation>Bereinigten Katalog schreiben…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/pair_layer.py" />
            <source>Pairs of {name}</source>
            <translation>Paare von {name}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/pair_map.py" />
            <source>Map of the pair</source>
            <translation>Karte des Paars</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/pair_map.py" />
            <location filename="../../craterbench_qgis/gui/tools/base.py" />
            <source>The project</source>
            <translation>Das Projekt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/pair_map.py" />
            <source>The project's reference system cannot be carried to a local map. Choose another one of this body.</source>
            <translation>Das Bezugssystem des Projekts lässt sich nicht in eine örtliche Karte übertragen. Wählen Sie ein anderes dieses Körpers.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/panel.py" />
            <source>Open a review of duplicates</source>
            <translation>Eine Dublettendurchsicht öffnen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/panel.py" />
            <source>Reading {name}…</source>
            <translation>{name} wird gelesen…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/panel.py" />
            <source>That was the last pair.</source>
            <translation>Das war das letzte Paar.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/panel.py" />
            <source>{name} is being found anew…</source>
            <translation>{name} wird neu gesucht…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/panel.py" />
            <source>{name} is being written just now; wait for “Find duplicates”.</source>
            <translation>{name} wird gerade geschrieben; warten Sie auf „Dubletten suchen“.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/pictures.py" />
            <source>No pictures: the engine stopped.</source>
            <translation>Keine Bilder: Die Engine hat aufgehört.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/pictures.py" />
            <source>The pictures cannot be read; restart the engine.</source>
            <translation>Die Bilder sind nicht lesbar; starten Sie die Engine neu.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/pictures.py" />
            <source>The review names no mosaic, so there are no pictures. Choose one: Review &gt; Pictures from another mosaic.</source>
            <translation>Die Durchsicht nennt kein Mosaik, darum gibt es keine Bilder. Wählen Sie eines: Durchsicht &gt; Bilder aus einem anderen Mosaik.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/pictures.py" />
            <source>Was it moved? Review &gt; Pictures from another mosaic.</source>
            <translation>Wurde es verschoben? Durchsicht &gt; Bilder aus einem anderen Mosaik.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/view.py" />
            <source>Both entries of the pair at one scale</source>
            <translation>Beide Einträge des Paars in einem Maßstab</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/review/view.py" />
            <source>Cutting the pictures…</source>
            <translation>Die Bilder werden ausgeschnitten…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/session.py" />
            <location filename="../../craterbench_qgis/gui/workbench.py" />
            <source>No index is open. Open or build one in the tab “Index”.</source>
            <translation>Kein Index ist offen. Öffnen Sie einen im Reiter „Index“, oder bauen Sie einen auf.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/session.py" />
            <source>The search was cancelled.</source>
            <translation>Die Suche wurde abgebrochen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/session.py" />
            <location filename="../../craterbench_qgis/gui/why/panel.py" />
            <source>What was searched is not there any more. Draw the query again.</source>
            <translation>Was gesucht wurde, ist nicht mehr da. Zeichnen Sie die Anfrage noch einmal.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>Compare both ways (slower)</source>
            <translation>In beide Richtungen vergleichen (langsamer)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>CraterBench settings</source>
            <translation>Einstellungen von CraterBench</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Device</source>
            <translation>Gerät</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>Draw great circles to all matches, not only selected ones</source>
            <translation>Großkreise zu allen Treffern zeichnen, nicht nur zu ausgewählten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>Engine</source>
            <translation>Engine</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>Environment</source>
            <translation>Umgebung</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>Folder for indexes and exports</source>
            <translation>Ordner für Indexe und Exporte</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>Folder of the engine's environment</source>
            <translation>Ordner der Umgebung der Engine</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>Folders</source>
            <translation>Ordner</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>Indexes and exports</source>
            <translation>Indexe und Exporte</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>Keep earlier queries' matches visible on the map</source>
            <translation>Treffer früherer Anfragen auf der Karte lassen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>Name or checkpoint of an encoder, as in the build dialog.</source>
            <translation>Name oder Checkpoint eines Encoders, wie im Aufbau-Dialog.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>New indexes</source>
            <translation>Neue Indexe</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>Older queries leave the map; the tab “History” keeps them and shows them again.</source>
            <translation>Ältere Anfragen verlassen die Karte; der Reiter „Verlauf“ behält sie und zeigt sie wieder.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>Otherwise a new query unticks the earlier groups in the layer tree.</source>
            <translation>Sonst schaltet eine neue Anfrage die früheren Gruppen im Layerbaum aus.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>Own Python</source>
            <translation>Eigenes Python</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>Python interpreter that has the engine's packages</source>
            <translation>Python-Interpreter mit den Paketen der Engine</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>Queries on the map</source>
            <translation>Anfragen auf der Karte</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Shortlist</source>
            <translation>Vorauswahl</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>The score is the mean of query to match and match to query.</source>
            <translation>Der Score ist das Mittel aus Anfrage zu Treffer und Treffer zu Anfrage.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>Views that the second stage compares patch by patch: more is slower and finer.</source>
            <translation>Ansichten, die die zweite Stufe Stück für Stück vergleicht: Mehr ist langsamer und feiner.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>Where encoders run: auto, cpu, cuda, cuda:1, mps.</source>
            <translation>Wo Encoder rechnen: auto, cpu, cuda, cuda:1, mps.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>automatic</source>
            <translation>automatisch</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>the engine's default</source>
            <translation>Standard der Engine</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>the environment in the folder below</source>
            <translation>die Umgebung im Ordner darunter</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>{path} does not exist; choose another or leave it empty.</source>
            <translation>{path} gibt es nicht; wählen Sie etwas anderes, oder lassen Sie es leer.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/settings_dialog.py" />
            <source>{path} is a folder without a Python; choose the environment's own folder.</source>
            <translation>{path} ist ein Ordner ohne Python; wählen Sie den Ordner der Umgebung selbst.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>About {download} GB are downloaded from pypi.org and download.pytorch.org, and the folder takes about {disk} GB; {free} GB are free there. Nothing is downloaded before you press the button.</source>
            <translation>Etwa {download} GB werden von pypi.org und download.pytorch.org heruntergeladen, und der Ordner braucht etwa {disk} GB; dort sind {free} GB frei. Heruntergeladen wird erst, wenn Sie den Knopf drücken.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>An installation was interrupted here; it can go on.</source>
            <translation>Hier wurde eine Installation unterbrochen; sie kann weitergehen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Another version of CraterBench made it. What changed is downloaded, at most about {download} GB; {free} GB are free there.</source>
            <translation>Eine andere Version von CraterBench hat sie angelegt. Heruntergeladen wird, was sich geändert hat, höchstens etwa {download} GB; dort sind {free} GB frei.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Builds indexes faster; needs NVIDIA's driver</source>
            <translation>Baut Indexe schneller auf; braucht den Treiber von NVIDIA</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Compiling hnswlib (optional)</source>
            <translation>hnswlib übersetzen (wahlweise)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Copy log</source>
            <translation>Protokoll kopieren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Create an environment</source>
            <translation>Eine Umgebung anlegen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Creating the environment</source>
            <translation>Umgebung anlegen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Download and install</source>
            <translation>Herunterladen und installieren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Downloading and installing PyTorch</source>
            <translation>PyTorch herunterladen und installieren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Downloading and installing the other packages</source>
            <translation>Übrige Pakete herunterladen und installieren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Folder for the engine's environment</source>
            <translation>Ordner für die Umgebung der Engine</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Folder:</source>
            <translation>Ordner:</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>For an NVIDIA card (CUDA)</source>
            <translation>Für eine NVIDIA-Karte (CUDA)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>For the processor (CPU)</source>
            <translation>Für den Prozessor (CPU)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Go on installing</source>
            <translation>Weiter installieren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Install from the folder</source>
            <translation>Aus dem Ordner installieren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Installing torchvision</source>
            <translation>torchvision installieren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Made with:</source>
            <translation>Angelegt mit:</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Name a folder outside the plugins' folder: an update would delete it.</source>
            <translation>Nennen Sie einen Ordner außerhalb des Erweiterungsordners: Eine Aktualisierung würde ihn löschen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Name the folder with its whole path.</source>
            <translation>Nennen Sie den Ordner mit ganzem Pfad.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>No Python {least} to {most} with its venv module was found. Install one (python.org; Debian: apt-get install python3-venv) and name it with “…”.</source>
            <translation>Es wurde kein Python {least} bis {most} mit dem Modul venv gefunden. Installieren Sie eines (python.org; Debian: apt-get install python3-venv), und nennen Sie es mit „…“.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Nothing is downloaded. The folder takes about {disk} GB; {free} GB are free there.</source>
            <translation>Es wird nichts heruntergeladen. Der Ordner braucht etwa {disk} GB; dort sind {free} GB frei.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Starting …</source>
            <translation>Wird gestartet …</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Step {number} of {total}: {name}</source>
            <translation>Schritt {number} von {total}: {name}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Stopping …</source>
            <translation>Wird angehalten …</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>That is not enough: {needed} GB are needed while installing.</source>
            <translation>Das reicht nicht: Beim Installieren werden {needed} GB gebraucht.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>The environment in this folder is complete.</source>
            <translation>Die Umgebung in diesem Ordner ist vollständig.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>This folder cannot be read: {why}</source>
            <translation>Dieser Ordner ist nicht lesbar: {why}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>This folder holds other things ({names}). Name a new or empty one.</source>
            <translation>In diesem Ordner liegt anderes ({names}). Nennen Sie einen neuen oder leeren.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Trying every package</source>
            <translation>Jedes Paket ausprobieren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Update</source>
            <translation>Aktualisieren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Use this environment</source>
            <translation>Diese Umgebung verwenden</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>Works everywhere</source>
            <translation>Geht überall</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/create.py" />
            <source>{step} ({minutes}:{seconds} min)</source>
            <translation>{step} ({minutes}:{seconds} min)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/existing.py" />
            <source>Check</source>
            <translation>Prüfen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/existing.py" />
            <source>Found</source>
            <translation>Gefunden</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/existing.py" />
            <source>One of an environment (venv, conda) that has PyTorch, rasterio and the rest.</source>
            <translation>Eines aus einer Umgebung (venv, conda) mit PyTorch, rasterio und den übrigen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/existing.py" />
            <source>Package</source>
            <translation>Paket</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/existing.py" />
            <source>Python {version} ({bits} bit) cannot run the engine. It needs Python {least} to {most}, 64 bit.</source>
            <translation>Python {version} ({bits} Bit) kann die Engine nicht ausführen. Sie braucht Python {least} bis {most}, 64 Bit.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/existing.py" />
            <source>Python {version} has everything that is needed.</source>
            <translation>Python {version} hat alles, was gebraucht wird.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/existing.py" />
            <source>Python {version} lacks {packages}. Install them there yourself, or create an environment below.</source>
            <translation>Python {version} fehlt {packages}. Installieren Sie es dort selbst, oder legen Sie unten eine Umgebung an.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/existing.py" />
            <source>Run it and list the versions of what the engine needs</source>
            <translation>Es ausführen und die Versionen dessen zeigen, was die Engine braucht</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/existing.py" />
            <source>Running {path} …</source>
            <translation>{path} wird ausgeführt …</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/existing.py" />
            <source>Tested with</source>
            <translation>Getestet mit</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/existing.py" />
            <source>The Python that has the engine's packages</source>
            <translation>Das Python mit den Paketen der Engine</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/existing.py" />
            <source>This is no Python that can be run: {why}</source>
            <translation>Das ist kein ausführbares Python: {why}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/existing.py" />
            <source>Use an existing Python</source>
            <translation>Ein vorhandenes Python verwenden</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/existing.py" />
            <source>Use this Python</source>
            <translation>Dieses Python verwenden</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/existing.py" />
            <source>good</source>
            <translation>gut</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/existing.py" />
            <source>missing</source>
            <translation>fehlt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/existing.py" />
            <source>other version than the one tested</source>
            <translation>andere Version als die getestete</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/existing.py" />
            <source>{path} is a folder without a Python. Choose the environment's own folder.</source>
            <translation>{path} ist ein Ordner ohne Python. Wählen Sie den Ordner der Umgebung selbst.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/existing.py" />
            <source>{version}, does not load</source>
            <translation>{version}, lädt nicht</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/options.py" />
            <source>Certificates (*.pem *.crt *.cer);;All files (*)</source>
            <translation>Zertifikate (*.pem *.crt *.cer);;Alle Dateien (*)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/options.py" />
            <source>Certificates to trust</source>
            <translation>Zertifikate, denen vertraut wird</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/options.py" />
            <source>Folder with wheels</source>
            <translation>Ordner mit Wheels</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/options.py" />
            <source>Further certificates (PEM file):</source>
            <translation>Weitere Zertifikate (PEM-Datei):</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/options.py" />
            <source>Install without network, from a folder with wheels:</source>
            <translation>Ohne Netz installieren, aus einem Ordner mit Wheels:</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/options.py" />
            <source>Needed where the network looks into encrypted connections</source>
            <translation>Nötig, wo das Netz in verschlüsselte Verbindungen hineinsieht</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/options.py" />
            <source>Network and offline</source>
            <translation>Netz und ohne Netz</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/options.py" />
            <source>Trust this computer's certificates</source>
            <translation>Den Zertifikaten dieses Rechners vertrauen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/page.py" />
            <source>An environment is complete; it is not used yet.</source>
            <translation>Eine Umgebung ist vollständig; sie wird noch nicht verwendet.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/page.py" />
            <source>CraterBench's engine runs beside QGIS, with packages of its own. Nothing is ever installed into QGIS's Python.</source>
            <translation>Die Engine von CraterBench läuft neben QGIS mit eigenen Paketen. In das Python von QGIS wird nie etwas installiert.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/page.py" />
            <source>Not ready: nothing is set up. Choose one of the two ways.</source>
            <translation>Nicht bereit: Es ist nichts eingerichtet. Wählen Sie einen der beiden Wege.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/page.py" />
            <source>Not ready: the environment is made only in part.</source>
            <translation>Nicht bereit: Die Umgebung ist nur zum Teil angelegt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/page.py" />
            <source>Not ready: the environment was made for another version.</source>
            <translation>Nicht bereit: Die Umgebung wurde für eine andere Version angelegt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/page.py" />
            <source>Ready: the engine is run by {path}.</source>
            <translation>Bereit: Die Engine wird von {path} ausgeführt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/page.py" />
            <source>Set up the engine</source>
            <translation>Die Engine einrichten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/page.py" />
            <source>The Python that was chosen, {path}, is gone.</source>
            <translation>Das gewählte Python, {path}, ist nicht mehr da.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/pythons.py" />
            <source>A Python {least} to {most}</source>
            <translation>Ein Python {least} bis {most}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/pythons.py" />
            <source>Name another Python</source>
            <translation>Ein anderes Python nennen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/pythons.py" />
            <source>Python {version} – {path}</source>
            <translation>Python {version} – {path}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/pythons.py" />
            <source>The Python that makes it</source>
            <translation>Das Python, das sie anlegt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/pythons.py" />
            <source>{path}: Python {version}, {bits} bit</source>
            <translation>{path}: Python {version}, {bits} Bit</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/pythons.py" />
            <source>{path}: its venv module is missing ({why})</source>
            <translation>{path}: Das Modul venv fehlt ({why})</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/repair.py" />
            <source>Asking {path} …</source>
            <translation>{path} wird befragt …</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/repair.py" />
            <source>Collect the versions of everything, for a report</source>
            <translation>Die Versionen von allem sammeln, für einen Bericht</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/repair.py" />
            <source>Delete the engine's environment in {folder}? Indexes and results stay.</source>
            <translation>Die Umgebung der Engine in {folder} löschen? Indexe und Ergebnisse bleiben.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/repair.py" />
            <source>Delete the environment's folder</source>
            <translation>Den Ordner der Umgebung löschen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/repair.py" />
            <source>Deleting …</source>
            <translation>Wird gelöscht …</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/repair.py" />
            <source>Diagnose</source>
            <translation>Diagnose</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/repair.py" />
            <source>Diagnose and repair</source>
            <translation>Diagnose und Reparatur</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/repair.py" />
            <source>Look at every package and install again what is damaged</source>
            <translation>Jedes Paket ansehen und Beschädigtes neu installieren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/repair.py" />
            <source>Remove the environment</source>
            <translation>Die Umgebung entfernen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/repair.py" />
            <source>Remove…</source>
            <translation>Entfernen…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/repair.py" />
            <source>Repair</source>
            <translation>Reparieren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/repair.py" />
            <source>The environment was deleted.</source>
            <translation>Die Umgebung wurde gelöscht.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/repair.py" />
            <source>The report is on the clipboard.</source>
            <translation>Der Bericht ist in der Zwischenablage.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/setup/widgets.py" />
            <source>Choose: {what}</source>
            <translation>Wählen: {what}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/shows.py" />
            <source>It does not</source>
            <translation>Das stimmt nicht</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/shows.py" />
            <source>It shows {body}</source>
            <translation>Es ist {body}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/shows.py" />
            <source>Press if it is a map of {body}: its degrees are then places on {body}. This is kept in the layer.</source>
            <translation>Drücken Sie, wenn es eine Karte von {body} ist: Ihre Grade sind dann Orte auf {body}. Das wird im Layer behalten.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/shows.py" />
            <source>Press to take that back.</source>
            <translation>Drücken Sie, um das zurückzunehmen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/shows.py" />
            <source>{name} calls itself a map of the Earth.</source>
            <translation>{name} nennt sich eine Karte der Erde.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/shows.py" />
            <source>{name} is taken for a map of the Earth again.</source>
            <translation>{name} gilt wieder als Karte der Erde.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/shows.py" />
            <source>{name} is taken for a map of {body} from now on. Ask again.</source>
            <translation>{name} gilt von jetzt an als Karte von {body}. Fragen Sie noch einmal.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/shows.py" />
            <source>{name} shows {body}, as you said.</source>
            <translation>{name} zeigt {body}, wie Sie sagten.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/tools/base.py" />
            <source>QGIS cannot compute longitudes and latitudes in the project's coordinate reference system. Choose another one of the same body.</source>
            <translation>QGIS kann im Koordinatenbezugssystem des Projekts keine Längen und Breiten berechnen. Wählen Sie ein anderes desselben Körpers.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/tools/base.py" />
            <source>This is wider than one side of the body can be seen. Draw a smaller one.</source>
            <translation>Das ist breiter, als eine Seite des Körpers zu sehen ist. Zeichnen Sie kleiner.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/tools/base.py" />
            <source>This reaches beyond the body. Draw where the map shows ground.</source>
            <translation>Das reicht über den Körper hinaus. Zeichnen Sie, wo die Karte Boden zeigt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/tools/box.py" />
            <source>Box {side} wide, best 2 to 3 crater widths.
The circle: a crater of {diameter}</source>
            <translation>Rechteck {side} breit, am besten 2 bis 3 Kraterbreiten.
Der Kreis: ein Krater von {diameter}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/tools/box.py" />
            <source>Press the mouse button at one corner, drag around the crater, and release it.</source>
            <translation>Drücken Sie die Maustaste an einer Ecke, ziehen Sie um den Krater, und lassen Sie los.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/tools/box.py" />
            <source>box of {size}</source>
            <translation>Rechteck von {size}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/tools/circle.py" />
            <source>Press the mouse button on the crater's centre, drag to its rim, and release it. Or turn the wheel until the circle fits, and click.</source>
            <translation>Drücken Sie die Maustaste auf der Mitte des Kraters, ziehen Sie bis zum Rand und lassen Sie los. Oder drehen Sie das Rad, bis der Kreis passt, und klicken Sie.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/tools/click.py" />
            <source>There is no crater of a visible point or polygon layer here. Click on one, or turn the wheel until a circle fits, and click.</source>
            <translation>Hier ist kein Krater eines sichtbaren Punkt- oder Polygonlayers. Klicken Sie auf einen, oder drehen Sie das Rad, bis ein Kreis passt, und klicken Sie.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/tools/click.py" />
            <source>This feature of {name} has no usable diameter. Use the circle tool.</source>
            <translation>Dieses Objekt von {name} hat keinen brauchbaren Durchmesser. Nehmen Sie das Kreiswerkzeug.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/tools/features.py" />
            <source>Choose a layer of points or polygons: a crater catalogue.</source>
            <translation>Wählen Sie einen Layer mit Punkten oder Polygonen: einen Kraterkatalog.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/tools/features.py" />
            <source>Nothing is selected in {name}.</source>
            <translation>In {name} ist nichts ausgewählt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/tools/features.py" />
            <source>Only the first {n} of {count} selected features are searched.</source>
            <translation>Nur nach den ersten {n} von {count} ausgewählten Objekten wird gesucht.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/tools/features.py" />
            <source>The column {column} of {layer} does not say its unit; it is taken as km.</source>
            <translation>Die Spalte {column} von {layer} nennt ihre Einheit nicht; sie wird als km genommen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/tools/features.py" />
            <source>The layer {name}</source>
            <translation>Der Layer {name}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/tools/features.py" />
            <source>The layer {name} has no column of diameters (such as diam_km). Rename the column, or use the circle tool.</source>
            <translation>Der Layer {name} hat keine Spalte mit Durchmessern (etwa diam_km). Benennen Sie die Spalte um, oder nehmen Sie das Kreiswerkzeug.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/tools/features.py" />
            <source>crater {id}</source>
            <translation>Krater {id}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/tools/features.py" />
            <source>{name}, {size}</source>
            <translation>{name}, {size}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/tools/features.py" />
            <source>{n} of the selected features have no place or no diameter.</source>
            <translation>{n} der ausgewählten Objekte haben keinen Ort oder keinen Durchmesser.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/tools/rim.py" />
            <source>Click three points of the rim, far from each other.</source>
            <translation>Klicken Sie drei Punkte des Randes an, weit voneinander.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/tools/rim.py" />
            <source>These three points lie on a straight line, which is no rim. Click the third one elsewhere on the rim, or press Escape and begin anew.</source>
            <translation>Diese drei Punkte liegen auf einer Geraden, und das ist kein Rand. Klicken Sie den dritten anderswo auf dem Rand an, oder beginnen Sie mit Esc von vorn.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/tools/sized.py" />
            <source>Diameter {size}: the wheel changes it, a click searches it.
Ctrl and the wheel zoom.</source>
            <translation>Durchmesser {size}: Das Rad ändert ihn, ein Klick sucht ihn.
Strg und das Rad zoomen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>Colour the patches by how well they matched</source>
            <translation>Die Bildteile nach der Güte der Übereinstimmung färben</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>Copy</source>
            <translation>Kopieren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>Draw the catalogue's circle and the scale</source>
            <translation>Den Kreis des Katalogs und den Maßstab zeichnen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>Next (N)</source>
            <translation>Weiter (N)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>Opacity</source>
            <translation>Deckkraft</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>Opacity of the overlay</source>
            <translation>Deckkraft der Überlagerung</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>Overlay (O)</source>
            <translation>Überlagerung (O)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>Previous (P)</source>
            <translation>Zurück (P)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>Put the picture on the clipboard</source>
            <translation>Das Bild in die Zwischenablage legen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>Rim (C)</source>
            <translation>Rand (C)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>Save the picture as PNG</source>
            <translation>Das Bild als PNG speichern</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>Save…</source>
            <translation>Speichern…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>Show all that was compared, not the craters alone</source>
            <translation>Alles zeigen, was verglichen wurde, nicht nur die Krater</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>Show where the picture is</source>
            <translation>Zeigen, wo das Bild liegt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>Similarity</source>
            <translation>Ähnlichkeit</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>Strongest pairs</source>
            <translation>Stärkste Paare</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>Surroundings (S)</source>
            <translation>Umgebung (S)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>The match before (P or Page Up)</source>
            <translation>Der vorige Treffer (P oder Bild auf)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>The next match (N or Page Down)</source>
            <translation>Der nächste Treffer (N oder Bild ab)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/controls.py" />
            <source>The same number marks a patch and its counterpart</source>
            <translation>Dieselbe Nummer kennzeichnet einen Bildteil und sein Gegenstück</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/panel.py" />
            <source>PNG pictures (*.png)</source>
            <translation>PNG-Bilder (*.png)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/panel.py" />
            <source>Save as picture</source>
            <translation>Als Bild speichern</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/panel.py" />
            <source>Saved: {path}</source>
            <translation>Gespeichert: {path}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/panel.py" />
            <source>The picture could not be written to {path}. Choose another folder.</source>
            <translation>Das Bild konnte nicht nach {path} geschrieben werden. Wählen Sie einen anderen Ordner.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/panel.py" />
            <source>The picture is on the clipboard.</source>
            <translation>Das Bild ist in der Zwischenablage.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/panel.py" />
            <source>Try again</source>
            <translation>Noch einmal versuchen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/panel.py" />
            <source>Working out which patches match…</source>
            <translation>Es wird ermittelt, welche Bildteile übereinstimmen…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/picture.py" />
            <source>similarity of a patch to its best counterpart; weaker ones are not coloured</source>
            <translation>Ähnlichkeit eines Bildteils mit seinem besten Gegenstück; schwächere sind nicht gefärbt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/view.py" />
            <source>Arrow keys move from patch to patch, Space changes between query and match</source>
            <translation>Pfeiltasten gehen von Bildteil zu Bildteil, die Leertaste wechselt zwischen Anfrage und Treffer</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/view.py" />
            <source>Query and match with the patches that matched</source>
            <translation>Anfrage und Treffer mit den Bildteilen, die übereinstimmten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/view.py" />
            <source>Similarity by colour</source>
            <translation>Ähnlichkeit als Farbe</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/why/view.py" />
            <source>Similarity of a patch to its best counterpart; weaker patches are not coloured</source>
            <translation>Ähnlichkeit eines Bildteils mit seinem besten Gegenstück; schwächere Bildteile sind nicht gefärbt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/workbench.py" />
            <source>Searching for {what}…</source>
            <translation>Gesucht wird nach {what}…</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/workbench.py" />
            <source>The open index cannot tell kinds of craters yet. Add its descriptors of kind above, or find the same crater.</source>
            <translation>Der offene Index kann Arten von Kratern noch nicht unterscheiden. Fügen Sie oben seine Deskriptoren der Art hinzu oder suchen Sie denselben Krater.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/gui/workbench.py" />
            <source>the box</source>
            <translation>dem Rechteck</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/plugin.py" />
            <source>About CraterBench</source>
            <translation>Über CraterBench</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/plugin.py" />
            <source>CraterBench panel</source>
            <translation>CraterBench-Bedienfeld</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/plugin.py" />
            <source>CraterBench {version} finds craters that look like one you choose, in an index you build from an orbital mosaic and a crater catalogue. Method: Fang et al. 2026, CraterBench-R (a frozen encoder, instance tokens, late interaction). Scores are similarities, not probabilities.</source>
            <translation>CraterBench {version} findet Krater, die aussehen wie ein gewählter, in einem Index, den Sie aus einem Orbitalmosaik und einem Kraterkatalog aufbauen. Verfahren: Fang et al. 2026, CraterBench-R (ein eingefrorener Encoder, Instanz-Tokens, späte Interaktion). Scores sind Ähnlichkeiten, keine Wahrscheinlichkeiten.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/base.py" />
            <source>{path} cannot be written: {why}. Choose another place.</source>
            <translation>{path} kann nicht geschrieben werden: {why}. Wählen Sie einen anderen Ort.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>A copy of the pairs as a layer of its own; the review stays with the file.</source>
            <translation>Eine Kopie der Paare als eigener Layer; die Durchsicht bleibt in der Datei.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>A second mosaic is laid upon a first. Choose that as well.</source>
            <translation>Ein zweites Mosaik wird auf ein erstes gelegt. Wählen Sie auch dieses.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Apply duplicate decisions</source>
            <translation>Entscheidungen über Dubletten anwenden</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>At most; those in most doubt by geometry first. Empty: all.</source>
            <translation>Höchstens; die nach der Geometrie zweifelhaftesten zuerst. Leer: alle.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>By geometry alone, {reason}: {n}</source>
            <translation>Nur nach der Geometrie, {reason}: {n}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Candidate pairs</source>
            <translation>Mögliche Paare</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Cleaned catalogue</source>
            <translation>Bereinigter Katalog</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Clusters</source>
            <translation>Gruppen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Clusters of entries that are one crater</source>
            <translation>Gruppen von Einträgen, die ein Krater sind</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Decisions kept: {n}</source>
            <translation>Behaltene Entscheidungen: {n}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Done in {time}</source>
            <translation>Fertig in {time}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Entries after</source>
            <translation>Einträge nachher</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Entries before</source>
            <translation>Einträge vorher</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Entries merged into others</source>
            <translation>In anderen aufgegangene Einträge</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Finds pairs of entries that are the same crater, within a catalogue or between two, by position, size and, with a mosaic, by looks. They go into a GeoPackage to be reviewed; decisions that are in it already are kept.</source>
            <translation>Findet Paare von Einträgen, die derselbe Krater sind, in einem Katalog oder zwischen zweien, nach Lage, Größe und, mit einem Mosaik, nach dem Aussehen. Sie kommen zur Durchsicht in ein GeoPackage; Entscheidungen, die schon darin stehen, bleiben.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>GeoPackage files</source>
            <translation>GeoPackage-Dateien</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>GeoPackage, Shapefile, GeoJSON or CSV, by the ending of its name.</source>
            <translation>GeoPackage, Shapefile, GeoJSON oder CSV, je nach Endung des Namens.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Keep decisions</source>
            <translation>Entscheidungen behalten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Laid upon the first mosaic to measure how it is displaced.</source>
            <translation>Wird auf das erste Mosaik gelegt, um seine Verschiebung zu messen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Larger / smaller diameter of a pair.</source>
            <translation>Größerer / kleinerer Durchmesser eines Paares.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Largest distance</source>
            <translation>Größte Entfernung</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Largest ratio of diameters</source>
            <translation>Größtes Durchmesserverhältnis</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Leave out entries that the search did not compare</source>
            <translation>Einträge weglassen, die die Suche nicht verglichen hat</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Merge undecided pairs from</source>
            <translation>Unentschiedene Paare zusammenlegen ab</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Metres by which it lies displaced; taken back before the search.</source>
            <translation>Meter, um die er verschoben liegt; vor der Suche zurückgenommen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Mosaic of the second catalogue</source>
            <translation>Mosaik des zweiten Katalogs</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Of the centres of a pair, in diameters of the larger crater.</source>
            <translation>Der Mittelpunkte eines Paares, in Durchmessern des größeren Kraters.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Offset of the second entry to the east (m)</source>
            <translation>Verschiebung des zweiten Eintrags nach Osten (m)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Offset of the second entry to the north (m)</source>
            <translation>Verschiebung des zweiten Eintrags nach Norden (m)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Otherwise the whole catalogue is written, also outside the search's limits.</source>
            <translation>Sonst wird der ganze Katalog geschrieben, auch außerhalb der Grenzen der Suche.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>Pairs</source>
            <translation>Paare</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Pairs a decision keeps apart although others would join them</source>
            <translation>Paare, die eine Entscheidung trennt, obwohl andere sie verbänden</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Pairs less probable than this are not written.</source>
            <translation>Weniger wahrscheinliche Paare werden nicht geschrieben.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Pairs looked at: {n}</source>
            <translation>Angesehene Paare: {n}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Pairs on the map</source>
            <translation>Paare auf der Karte</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Pairs that are probably one crater</source>
            <translation>Paare, die wahrscheinlich ein Krater sind</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Pairs to look at</source>
            <translation>Anzusehende Paare</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Pairs written</source>
            <translation>Geschriebene Paare</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Pairs written: {n}</source>
            <translation>Geschriebene Paare: {n}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Priority of sources</source>
            <translation>Rang der Quellen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Probability from which a pair counts as one crater.</source>
            <translation>Wahrscheinlichkeit, ab der ein Paar als ein Krater gilt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Probability from which pairs nobody decided are merged too. Empty: none.</source>
            <translation>Wahrscheinlichkeit, ab der auch unentschiedene Paare zusammengelegt werden. Leer: keine.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Probably one crater: {n} pairs, in {clusters} clusters</source>
            <translation>Wahrscheinlich ein Krater: {n} Paare in {clusters} Gruppen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Proposed for each cluster; the others merge into it. Ties go to the first row.</source>
            <translation>Für jede Gruppe vorgeschlagen; die anderen gehen darin auf. Bei Gleichstand gilt die erste Zeile.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Says where an entry comes from. Empty: the catalogue's file.</source>
            <translation>Sagt, woher ein Eintrag kommt. Leer: die Datei des Katalogs.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Second catalogue</source>
            <translation>Zweiter Katalog</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Second entry from the first</source>
            <translation>Zweiter Eintrag gegenüber dem ersten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Second mosaic from the first</source>
            <translation>Zweites Mosaik gegenüber dem ersten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Shift of the second catalogue to the east</source>
            <translation>Verschiebung des zweiten Katalogs nach Osten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Shift of the second catalogue to the north</source>
            <translation>Verschiebung des zweiten Katalogs nach Norden</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>Smallest probability</source>
            <translation>Kleinste Wahrscheinlichkeit</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Source column</source>
            <translation>Spalte der Quelle</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Sources from best to worst, separated by semicolons.</source>
            <translation>Quellen von der besten zur schlechtesten, durch Strichpunkte getrennt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>The GeoPackage of “Find duplicates”.</source>
            <translation>Das GeoPackage von „Dubletten finden“.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>The file with pairs, clusters and all entries, for the review.</source>
            <translation>Die Datei mit Paaren, Gruppen und allen Einträgen für die Durchsicht.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>The review has no name. Choose a file to write.</source>
            <translation>Die Durchsicht hat keinen Namen. Wählen Sie eine Datei.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Those in an older review at the same place stay with their pairs.</source>
            <translation>Die einer älteren Durchsicht am selben Ort bleiben bei ihren Paaren.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Threshold</source>
            <translation>Schwelle</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Which entry is kept</source>
            <translation>Welcher Eintrag bleibt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>Writes the catalogue of a review with its decisions applied: entries decided as duplicates are merged into the one that is kept, and what they said stays in its columns merged_ids and merged_attributes.</source>
            <translation>Schreibt den Katalog einer Durchsicht mit den Entscheidungen darin: Einträge, die als Dubletten gelten, gehen in dem auf, der bleibt; was sie sagten, steht in dessen Spalten merged_ids und merged_attributes.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>by priority of its source</source>
            <translation>nach dem Rang seiner Quelle</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>by source, completeness, then the median</source>
            <translation>nach Quelle, Vollständigkeit, dann Median</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>the most complete</source>
            <translation>der vollständigste</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>the one nearest to the median</source>
            <translation>der dem Median nächste</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>{entries} entries, {merged} of them merged into others: {kept} are left.</source>
            <translation>{entries} Einträge, {merged} davon in anderen aufgegangen: {kept} bleiben.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>{label}: {east} m east, {north} m north ({n} pairs)</source>
            <translation>{label}: {east} m nach Osten, {north} m nach Norden ({n} Paare)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/duplicates.py" />
            <source>{n} candidate pairs among {entries} entries</source>
            <translation>{n} mögliche Paare unter {entries} Einträgen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>At most this many diameters, in a random direction.</source>
            <translation>Höchstens so viele Durchmesser, in zufälliger Richtung.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Band</source>
            <translation>Band</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>Drawn at random from the catalogue. Empty: all.</source>
            <translation>Zufällig aus dem Katalog gezogen. Leer: alle.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>Evaluate</source>
            <translation>Bewerten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>Everything, as “craterbench evaluate --json” prints it.</source>
            <translation>Alles, wie „craterbench evaluate --json“ es ausgibt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>For rows with instance tokens.</source>
            <translation>Für Zeilen mit Instanz-Tokens.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>Give one context factor, or the lowest and the highest.</source>
            <translation>Geben Sie einen Kontextfaktor an, oder den kleinsten und den größten.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <location filename="../../craterbench_qgis/processing/search_base.py" />
            <source>JSON files</source>
            <translation>JSON-Dateien</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>Mean average precision by crater, two-stage with the longest shortlist</source>
            <translation>Mittlere Präzision je Krater, zweistufig mit der längsten Vorauswahl</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>Measures</source>
            <translation>Maße</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>Measures how well an index finds its own craters again when they are cut from another mosaic of the same ground: hit rates, recall and mean average precision of each way of matching, with their cost.</source>
            <translation>Misst, wie gut ein Index seine eigenen Krater wiederfindet, wenn sie aus einem anderen Mosaik desselben Bodens geschnitten werden: Trefferquoten, Recall und mittlere Präzision jedes Vergleichsverfahrens, mit ihren Kosten.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <location filename="../../craterbench_qgis/processing/index_build.py" />
            <source>No mosaic was given. Choose at least one raster.</source>
            <translation>Es wurde kein Mosaik angegeben. Wählen Sie mindestens ein Raster.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>Number of queries</source>
            <translation>Zahl der Anfragen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>Of the other mosaic; empty: its brightness, else the first.</source>
            <translation>Des anderen Mosaiks; leer: seine Helligkeit, sonst das erste.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>One row per way of matching; the 95 % interval of each measure beside it.</source>
            <translation>Eine Zeile je Vergleichsverfahren; daneben das 95-%-Intervall jedes Maßes.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>One, or the lowest and the highest; drawn evenly between them.</source>
            <translation>Einer, oder der kleinste und der größte; dazwischen gleichmäßig gezogen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>Other mosaic</source>
            <translation>Anderes Mosaik</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>Queries</source>
            <translation>Anfragen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>Queries cut of each crater, with shifts and context factors of their own.</source>
            <translation>Anfragen je Krater, mit eigenen Verschiebungen und Kontextfaktoren.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>Random seed</source>
            <translation>Startwert des Zufalls</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>Report</source>
            <translation>Bericht</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>Rows</source>
            <translation>Zeilen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>Share of first matches that are right, of the same</source>
            <translation>Anteil richtiger erster Treffer, bei derselben</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>Shift of the centre</source>
            <translation>Verschiebung der Mitte</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>The mosaic the queries are cut from; not the one the index was built from.</source>
            <translation>Das Mosaik, aus dem die Anfragen geschnitten werden; nicht das, aus dem der Index aufgebaut wurde.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>The same seed gives the same queries.</source>
            <translation>Gleicher Startwert, gleiche Anfragen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>Views per crater</source>
            <translation>Ansichten je Krater</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>Views searched</source>
            <translation>Durchsuchte Ansichten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>Ways of matching, METHOD[:K[:S]] between spaces: global, raw, aggregated, centroid, all, two-stage. Empty: all of them, which takes long.</source>
            <translation>Vergleichsverfahren, METHODE[:K[:S]] zwischen Leerzeichen: global, raw, aggregated, centroid, all, two-stage. Leer: alle, was lange dauert.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/evaluate.py" />
            <source>{method}: hit@1 {hit}, mAP by crater {map}</source>
            <translation>{method}: hit@1 {hit}, mAP je Krater {map}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>A file's name that does not fit the format gets its ending.</source>
            <translation>Ein Dateiname, der nicht zum Format passt, bekommt dessen Endung.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>Files written</source>
            <translation>Geschriebene Dateien</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>Format</source>
            <translation>Format</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>Geometry</source>
            <translation>Geometrie</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>Its ending decides the format, unless one is chosen.</source>
            <translation>Die Endung bestimmt das Format, wenn keines gewählt ist.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>Its id in the column query_id. Empty: all; a contact sheet or report is then written for each, with the query's id in its name.</source>
            <translation>Ihre Kennung in der Spalte query_id. Leer: alle; ein Bilderbogen oder Bericht wird dann für jede geschrieben, mit der Kennung der Anfrage im Namen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>Matches of each query with a rank up to this. Empty: all.</source>
            <translation>Treffer jeder Anfrage bis zu diesem Rang. Leer: alle.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>Matches written</source>
            <translation>Geschriebene Treffer</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>Matches written: {n}</source>
            <translation>Geschriebene Treffer: {n}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>Of Shapefile, GeoPackage and GeoJSON.</source>
            <translation>Von Shapefile, GeoPackage und GeoJSON.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>Of a contact sheet or report.</source>
            <translation>Eines Bilderbogens oder Berichts.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>Only the best</source>
            <translation>Nur die besten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>Only this query</source>
            <translation>Nur diese Anfrage</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <location filename="../../craterbench_qgis/processing/search_base.py" />
            <source>Provenance</source>
            <translation>Herkunft</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>The file a search wrote; without it the files say only what the index knows.</source>
            <translation>Die Datei, die eine Suche geschrieben hat; ohne sie sagen die Dateien nur, was der Index weiß.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>The file has no name. Choose one to write.</source>
            <translation>Die Datei hat keinen Namen. Wählen Sie eine zum Schreiben.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>The layer a search made, or a part of it.</source>
            <translation>Der Layer einer Suche oder ein Teil davon.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>The matches do not say where their query was cut, so there is no picture of it. Export the layer as the search made it.</source>
            <translation>Die Treffer sagen nicht, wo ihre Anfrage geschnitten wurde, darum gibt es kein Bild davon. Exportieren Sie den Layer, wie die Suche ihn erzeugt hat.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>The matches have no query {name}. Look at the column query_id.</source>
            <translation>Die Treffer haben keine Anfrage {name}. Sehen Sie in die Spalte query_id.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>The name of the file does not say its format. End it with one of {endings}.</source>
            <translation>Der Dateiname sagt nicht, welches Format gemeint ist. Lassen Sie ihn enden auf {endings}.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>The provenance {path} cannot be read. Choose the file a search wrote.</source>
            <translation>Die Herkunft {path} ist nicht lesbar. Wählen Sie die Datei, die eine Suche geschrieben hat.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>There are no matches, so there is nothing to show.</source>
            <translation>Es gibt keine Treffer, also nichts zu zeigen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>This layer holds no matches: it has no column {names}. Choose the output of a search.</source>
            <translation>Dieser Layer enthält keine Treffer: Ihm fehlt die Spalte {names}. Wählen Sie die Ausgabe einer Suche.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>Title</source>
            <translation>Titel</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>Writes the matches of “Search by features” or “Search by extent” as a Shapefile, GeoPackage, GeoJSON, table, crater list for CraterStats or OpenCraterTool, as a contact sheet or as an HTML report, with where they come from.</source>
            <translation>Schreibt die Treffer von „Suche nach Objekten“ oder „Suche nach Ausschnitt“ als Shapefile, GeoPackage, GeoJSON, Tabelle, Kraterliste für CraterStats oder OpenCraterTool, als Bilderbogen oder als HTML-Bericht, mit ihrer Herkunft.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>as the file's name says</source>
            <translation>wie der Dateiname sagt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>centres</source>
            <translation>Mittelpunkte</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>circles</source>
            <translation>Kreise</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/export_matches.py" />
            <source>{n} matches are of {craters} craters; a list of craters has each once.</source>
            <translation>{n} Treffer sind von {craters} Kratern; eine Kraterliste enthält jeden einmal.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_build.py" />
            <source>Add to index</source>
            <translation>Zum Index hinzufügen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_build.py" />
            <source>Adds the views of further mosaics, the craters of a further catalogue, or both to an index. What is in it stays as it is; a run that was broken off is finished by running it again.</source>
            <translation>Fügt einem Index Ansichten weiterer Mosaike, Krater eines weiteren Katalogs oder beides hinzu. Was darin ist, bleibt, wie es ist; ein abgebrochener Lauf wird durch erneutes Starten beendet.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_build.py" />
            <source>Build index</source>
            <translation>Index aufbauen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_build.py" />
            <source>Craters with a view</source>
            <translation>Krater mit Ansicht</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_build.py" />
            <source>Cuts every crater of a catalogue from one or more mosaics, encodes the views and stores them as an index that can be searched. A build that was cancelled or broken off goes on where it stopped when it is run again with the same parameters.</source>
            <translation>Schneidet jeden Krater eines Katalogs aus einem oder mehreren Mosaiken, kodiert die Ansichten und speichert sie als durchsuchbaren Index. Ein abgebrochener Aufbau geht dort weiter, wo er anhielt, wenn er mit denselben Parametern wieder gestartet wird.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_build.py" />
            <source>How the patches that instance tokens grow from are chosen.</source>
            <translation>Wie die Bildteile gewählt werden, aus denen Instanz-Tokens wachsen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_build.py" />
            <source>Instance tokens</source>
            <translation>Instanz-Tokens</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_build.py" />
            <source>Per view. More are finer, and need more room and time. Empty: the default.</source>
            <translation>Je Ansicht. Mehr sind feiner und brauchen mehr Platz und Zeit. Leer: der Standard.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_build.py" />
            <source>Sides of the square views as multiples of the crater's diameter.</source>
            <translation>Seiten der quadratischen Ansichten als Vielfache des Kraterdurchmessers.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_build.py" />
            <source>Skipped, {reason}: {n}</source>
            <translation>Übersprungen, {reason}: {n}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_build.py" />
            <source>The folder to make, NAME.craterindex; the ending is added where it is missing.</source>
            <translation>Der anzulegende Ordner, NAME.craterindex; fehlt die Endung, wird sie ergänzt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_build.py" />
            <source>The index has no name. Choose a folder to make.</source>
            <translation>Der Index hat keinen Namen. Wählen Sie einen anzulegenden Ordner.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_build.py" />
            <source>There is nothing to add. Choose a mosaic, a catalogue, or both.</source>
            <translation>Es gibt nichts hinzuzufügen. Wählen Sie ein Mosaik, einen Katalog oder beides.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_build.py" />
            <source>Views made in this run</source>
            <translation>Ansichten aus diesem Lauf</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_build.py" />
            <source>Views that could not be made</source>
            <translation>Ansichten, die nicht möglich waren</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source> (not there any more)</source>
            <translation> (nicht mehr da)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>Bytes on disk</source>
            <translation>Bytes auf der Platte</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>Craters of the index</source>
            <translation>Krater des Index</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>HTML files</source>
            <translation>HTML-Dateien</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>Index information</source>
            <translation>Auskunft über den Index</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>Instance tokens per view</source>
            <translation>Instanz-Tokens je Ansicht</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>Mean radius of the body (m)</source>
            <translation>Mittlerer Radius des Körpers (m)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>Problems found while verifying</source>
            <translation>Beim Prüfen gefundene Fehler</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>Reads all of the index and compares it with its checksums.</source>
            <translation>Liest den ganzen Index und vergleicht ihn mit seinen Prüfsummen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>Removed</source>
            <translation>Entfernt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>Removed craters</source>
            <translation>Entfernte Krater</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>Skipped, {reason}</source>
            <translation>Übersprungen, {reason}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>State</source>
            <translation>Zustand</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>Tells what is in an index: body, craters, views, encoder, mosaics. Its catalogue is an output that other algorithms can use as a layer.</source>
            <translation>Sagt, was in einem Index ist: Körper, Krater, Ansichten, Encoder, Mosaike. Sein Katalog ist eine Ausgabe, die andere Algorithmen als Layer verwenden können.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>The build is not finished. Run it again to finish it.</source>
            <translation>Der Aufbau ist nicht fertig. Starten Sie ihn noch einmal, um ihn zu vollenden.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>The same as a page.</source>
            <translation>Dasselbe als Seite.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>Verified</source>
            <translation>Geprüft</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>Verify every file</source>
            <translation>Jede Datei prüfen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>Why it cannot be searched</source>
            <translation>Warum er nicht durchsuchbar ist</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/index_information.py" />
            <source>problems: {n}</source>
            <translation>Fehler: {n}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/inputs.py" />
            <source>The crater catalogue cannot be opened. Choose a table or a layer.</source>
            <translation>Der Kraterkatalog lässt sich nicht öffnen. Wählen Sie eine Tabelle oder einen Layer.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/inputs.py" />
            <location filename="../../craterbench_qgis/processing/search_extent.py" />
            <source>The extent</source>
            <translation>Der Ausschnitt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/inputs.py" />
            <source>The mosaics this index was built from are not where they were. Choose the raster to cut the queries from.</source>
            <translation>Die Mosaike, aus denen dieser Index aufgebaut wurde, sind nicht mehr, wo sie waren. Wählen Sie das Raster, aus dem die Anfragen geschnitten werden.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/inputs.py" />
            <source>The mosaics' layers name different values without data. Give one value, or write each mosaic's into its file.</source>
            <translation>Die Layer der Mosaike nennen verschiedene Werte ohne Daten. Geben Sie einen Wert an oder schreiben Sie den jedes Mosaiks in seine Datei.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/inputs.py" />
            <source>The region cannot be used: it is not on the body. Draw it again.</source>
            <translation>Das Gebiet kann nicht verwendet werden: Es liegt nicht auf dem Körper. Zeichnen Sie es noch einmal.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/inputs.py" />
            <source>{layer} is shown by {provider}, which has no pixels the engine could read. Save it as a file and choose that.</source>
            <translation>{layer} wird von {provider} gezeigt; dort gibt es keine Pixel, die die Engine lesen könnte. Speichern Sie es als Datei, und wählen Sie diese.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/inputs.py" />
            <source>“{name}” cannot be opened. Choose a raster file.</source>
            <translation>„{name}“ lässt sich nicht öffnen. Wählen Sie eine Rasterdatei.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/named_kind.py" />
            <source>A kind needs at least {least} examples; {n} are given. Accept some more, or choose the column that says which are of the kind.</source>
            <translation>Eine Art braucht mindestens {least} Beispiele, angegeben sind {n}. Nehmen Sie weitere an, oder wählen Sie die Spalte, die sagt, welche von der Art sind.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/named_kind.py" />
            <source>At least this share of the best 5 % is of the kind</source>
            <translation>Mindestens dieser Anteil der besten 5 % ist von der Art</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/named_kind.py" />
            <source>Column of the decision</source>
            <translation>Spalte der Entscheidung</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/named_kind.py" />
            <source>Column of the id</source>
            <translation>Spalte der Kennung</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/named_kind.py" />
            <source>Craters by kind</source>
            <translation>Krater nach Art</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/named_kind.py" />
            <source>Examples used</source>
            <translation>Verwendete Beispiele</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/named_kind.py" />
            <source>Kept: {path}</source>
            <translation>Aufbewahrt: {path}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/named_kind.py" />
            <source>Learns a kind of craters from at least {n} examples and says of every crater of the index how probably it is of that kind. Each example is left out once, to see whether it would be found; read that before you believe the rest. The examples are kept beside the index.</source>
            <translation>Lernt eine Art von Kratern aus mindestens {n} Beispielen und sagt von jedem Krater des Index, wie wahrscheinlich er von dieser Art ist. Jedes Beispiel wird einmal weggelassen, um zu sehen, ob es gefunden würde; lesen Sie das, ehe Sie dem Rest glauben. Die Beispiele werden neben dem Index aufbewahrt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/named_kind.py" />
            <source>Matches you accepted or rejected, or any layer or table with ids of craters. Empty: those of the kind of this name that is kept already.</source>
            <translation>Treffer, die Sie angenommen oder abgelehnt haben, oder ein beliebiger Layer oder eine Tabelle mit Kennungen von Kratern. Leer: die der Art dieses Namens, die schon aufbewahrt ist.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/named_kind.py" />
            <source>Measurements of terrain used</source>
            <translation>Verwendete Geländemessungen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/named_kind.py" />
            <source>Name a kind</source>
            <translation>Eine Art benennen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/named_kind.py" />
            <source>Share of left-out examples among the best 5 %</source>
            <translation>Anteil der weggelassenen Beispiele unter den besten 5 %</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/named_kind.py" />
            <source>Such as “floor-fractured”. A kind of this name is replaced.</source>
            <translation>Etwa „floor-fractured“. Eine Art dieses Namens wird ersetzt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/named_kind.py" />
            <source>The craters of the index that can be described, the likeliest first, with all their columns and “probability”: 1 for examples, 0 for rejected ones.</source>
            <translation>Die Krater des Index, die beschrieben werden können, die wahrscheinlichsten zuerst, mit allen Spalten und „probability“: 1 für Beispiele, 0 für abgelehnte.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/named_kind.py" />
            <source>The examples have no column {name}. Choose the one that holds their ids.</source>
            <translation>Die Beispiele haben keine Spalte {name}. Wählen Sie die mit ihren Kennungen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/named_kind.py" />
            <source>The ids of craters as the index has them.</source>
            <translation>Die Kennungen der Krater, wie der Index sie hat.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/named_kind.py" />
            <source>“accepted” or “yes”: of the kind; “rejected” or “no”: not of it; anything else does not count. Empty: all are of the kind.</source>
            <translation>„accepted“ oder „yes“: von der Art; „rejected“ oder „no“: nicht von ihr; alles andere zählt nicht. Leer: Alle sind von der Art.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>A table or layer with one crater per row: an id, longitude, latitude and diameter. Only the selected features where that is chosen.</source>
            <translation>Eine Tabelle oder ein Layer mit einem Krater je Zeile: Kennung, Länge, Breite und Durchmesser. Nur die ausgewählten Objekte, wo das gewählt ist.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>A value that stands for no data, beside what the mosaics declare themselves.</source>
            <translation>Ein Wert, der für fehlende Daten steht, neben dem, was die Mosaike selbst angeben.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Also craters that share ground with the query.</source>
            <translation>Auch Krater, die sich mit der Anfrage Gelände teilen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Analogs are alike</source>
            <translation>Analoga gleichen sich</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Analogs at the same place too</source>
            <translation>Auch Analoga am selben Ort</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Any angle</source>
            <translation>Jede Lage</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Band of the mosaics; empty: the brightness of a colour image, else the first.</source>
            <translation>Band der Mosaike; leer: die Helligkeit eines Farbbilds, sonst das erste.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Body of the catalogue</source>
            <translation>Körper des Katalogs</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Compare both ways</source>
            <translation>In beide Richtungen vergleichen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Condition</source>
            <translation>Bedingung</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Craters larger than this are left out (km).</source>
            <translation>Größere Krater werden ausgelassen (km).</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Craters smaller than this are left out (km).</source>
            <translation>Kleinere Krater werden ausgelassen (km).</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Craters with their centre outside are left out. Numbers without a reference system are degrees: west, east, south, north.</source>
            <translation>Krater, deren Mitte außerhalb liegt, werden ausgelassen. Zahlen ohne Bezugssystem sind Grad: Westen, Osten, Süden, Norden.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Degrees, planetocentric.</source>
            <translation>Grad, planetozentrisch.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Degrees.</source>
            <translation>Grad.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>Diameter column</source>
            <translation>Spalte des Durchmessers</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Diameter of the match divided by the query's; 0.5: half as large. With both ratios empty analogs are {low} to {high} times as large.</source>
            <translation>Durchmesser des Treffers geteilt durch den der Anfrage; 0.5: halb so groß. Sind beide Verhältnisse leer, sind Analoga {low}- bis {high}-mal so groß.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Diameter of the match divided by the query's; 2: twice as large.</source>
            <translation>Durchmesser des Treffers geteilt durch den der Anfrage; 2: doppelt so groß.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Empty: recognised by its name, or taken from the geometry.</source>
            <translation>Leer: am Namen erkannt oder aus der Geometrie genommen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Empty: the brightness of a colour image, else the first band.</source>
            <translation>Leer: die Helligkeit eines Farbbilds, sonst das erste Band.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Empty: {n} %.</source>
            <translation>Leer: {n} %.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Fewest pixels across</source>
            <translation>Mindestzahl der Pixel im Durchmesser</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>For a catalogue that does not say: moon, mars, mercury, ceres, ...</source>
            <translation>Für einen Katalog, der es nicht sagt: moon, mars, mercury, ceres, ...</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>For catalogues whose longitudes are positive west.</source>
            <translation>Für Kataloge, deren Längen nach Westen positiv sind.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>For the same crater in a picture that may be turned: all orientations are tried.</source>
            <translation>Für denselben Krater in einem Bild, das gedreht sein kann: alle Lagen werden versucht.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Geometry of the matches</source>
            <translation>Geometrie der Treffer</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>How many craters are returned for each query, best first.</source>
            <translation>Wie viele Krater je Anfrage zurückkommen, die besten zuerst.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>Id column</source>
            <translation>Spalte der Kennung</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Its name or the file of a checkpoint. Empty: the one that came with the plugin.</source>
            <translation>Sein Name oder die Datei eines Checkpoints. Leer: der mitgelieferte.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Kilometres or metres.</source>
            <translation>Kilometer oder Meter.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Kilometres, metres, or what the column's name says.</source>
            <translation>Kilometer, Meter, oder was der Name der Spalte sagt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Largest diameter</source>
            <translation>Größter Durchmesser</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Largest number expected by chance</source>
            <translation>Größte zufällig erwartete Zahl</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Late interaction also from the match to the query. Then nothing is said on chance.</source>
            <translation>Späte Interaktion auch vom Treffer zur Anfrage. Dann wird über den Zufall nichts gesagt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>Latitude column</source>
            <translation>Spalte der Breite</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Leaves out matches that score no higher than this many unrelated craters of the index would by chance. Matches of an index that cannot tell are kept.</source>
            <translation>Lässt Treffer aus, deren Score nicht höher ist als der, den so viele fremde Krater des Index zufällig erreichen. Treffer eines Index, der das nicht weiß, bleiben.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>Longitude column</source>
            <translation>Spalte der Länge</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Longitudes count westward</source>
            <translation>Längen zählen nach Westen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Matches per query</source>
            <translation>Treffer je Anfrage</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Names the craters.</source>
            <translation>Benennt die Krater.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Of the match from the query, along the great circle (km).</source>
            <translation>Des Treffers von der Anfrage, entlang des Großkreises (km).</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Of the matches (km).</source>
            <translation>Der Treffer (km).</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Only craters of a kind that was named for this index.</source>
            <translation>Nur Krater einer Art, die für diesen Index benannt wurde.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Pixels of the mosaic across a match, at least. Empty: {n} for analogs, any for the same crater.</source>
            <translation>Pixel des Mosaiks im Durchmesser eines Treffers, mindestens. Leer: {n} für Analoga, beliebig für denselben Krater.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <location filename="../../craterbench_qgis/processing/search_base.py" />
            <source>Raster to cut from</source>
            <translation>Raster für die Ausschnitte</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Rasters of one body to cut the craters from, as files this computer can read. Of several, each gives its own views of every crater it shows.</source>
            <translation>Raster eines Körpers, aus denen die Krater geschnitten werden, als Dateien, die dieser Rechner lesen kann. Von mehreren gibt jedes eigene Ansichten jedes Kraters, den es zeigt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Relief: the shape, as the picture shows it. Looks: bright and dark, as in the mosaic.</source>
            <translation>Relief: die Form, wie das Bild sie zeigt. Aussehen: hell und dunkel, wie im Mosaik.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>SQL on the columns of the index's catalogue, for example: diameter_m &gt; 50000 AND lat &lt; -60. Columns of your catalogue go by their names.</source>
            <translation>SQL über die Spalten des Katalogs im Index, zum Beispiel: diameter_m &gt; 50000 AND lat &lt; -60. Spalten Ihres Katalogs heißen wie dort.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Second catalogue: {name}</source>
            <translation>Zweiter Katalog: {name}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Seeds of the tokens</source>
            <translation>Saatpunkte der Tokens</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Smallest diameter</source>
            <translation>Kleinster Durchmesser</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Smallest distance</source>
            <translation>Kleinste Entfernung</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Smallest probability of the kind (%)</source>
            <translation>Kleinste Wahrscheinlichkeit der Art (%)</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Smallest ratio of diameters</source>
            <translation>Kleinstes Durchmesserverhältnis</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>The folder of the index, NAME.craterindex.</source>
            <translation>Der Ordner des Index, NAME.craterindex.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>The raster the queries are cut from, a file this computer can read. Empty: the first mosaic the index was built from.</source>
            <translation>Das Raster, aus dem die Anfragen geschnitten werden, eine Datei, die dieser Rechner lesen kann. Leer: das erste Mosaik, aus dem der Index aufgebaut wurde.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>The same crater: have we seen it before? Analogs: craters of the same kind, at any angle and mirrored; the index needs descriptors of kind.</source>
            <translation>Denselben Krater: haben wir ihn schon gesehen? Analoga: Krater derselben Art, in jeder Lage und gespiegelt; der Index braucht Deskriptoren der Art.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>Unit of the diameter column</source>
            <translation>Einheit der Durchmesserspalte</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Value without data</source>
            <translation>Wert ohne Daten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Views the first stage keeps for the second, slower one. More: slower, and seldom better.</source>
            <translation>Ansichten, die die erste Stufe der zweiten, langsameren übergibt. Mehr: langsamer und selten besser.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>What stands for a match on the map.</source>
            <translation>Was auf der Karte für einen Treffer steht.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>Where the encoder runs: auto, cpu, cuda, cuda:0 or mps. Empty: as in CraterBench's settings.</source>
            <translation>Wo der Encoder rechnet: auto, cpu, cuda, cuda:0 oder mps. Leer: wie in den Einstellungen von CraterBench.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>as the field's name says</source>
            <translation>wie der Feldname sagt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>attention</source>
            <translation>Aufmerksamkeit</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>circles of the craters' size</source>
            <translation>Kreise in Kratergröße</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>farthest points</source>
            <translation>fernste Punkte</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>kilometres</source>
            <translation>Kilometer</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>metres</source>
            <translation>Meter</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/params.py" />
            <source>random</source>
            <translation>zufällig</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/provider.py" />
            <source>CraterBench: find craters that look alike</source>
            <translation>CraterBench: ähnlich aussehende Krater finden</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>At most. Empty: 500 of an HTML page, 300 of a PDF, 90 of a PNG.</source>
            <translation>Höchstens. Leer: 500 einer HTML-Seite, 300 eines PDF, 90 eines PNG.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>Empty: the catalogues' names.</source>
            <translation>Leer: die Namen der Kataloge.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>In which they stand, and which come first where not all are shown.</source>
            <translation>In der sie stehen, und welche zuerst kommen, wo nicht alle gezeigt werden.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>Its ending decides: .html, .pdf or .png.</source>
            <translation>Die Endung entscheidet: .html, .pdf oder .png.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>Order</source>
            <translation>Reihenfolge</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>PDF files</source>
            <translation>PDF-Dateien</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>PNG files</source>
            <translation>PNG-Dateien</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>Pairs in the review</source>
            <translation>Paare in der Durchsicht</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>Pairs in the review: {pairs} · shown: {shown} · with pictures: {pictures}</source>
            <translation>Paare in der Durchsicht: {pairs} · gezeigt: {shown} · mit Bildern: {pictures}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>Pairs less probable than this are not shown.</source>
            <translation>Weniger wahrscheinliche Paare werden nicht gezeigt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>Pairs shown</source>
            <translation>Gezeigte Paare</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>Pairs shown with pictures</source>
            <translation>Mit Bildern gezeigte Paare</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>Pairs that meet the conditions</source>
            <translation>Paare, die den Bedingungen entsprechen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>Pairs with pictures</source>
            <translation>Paare mit Bildern</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>Rasters to cut the pictures from. Empty: those the review was made with.</source>
            <translation>Raster, aus denen die Bilder geschnitten werden. Leer: die, mit denen die Durchsicht gemacht wurde.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>Report of duplicates</source>
            <translation>Bericht über Dubletten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>The report has no name. Choose a file to write.</source>
            <translation>Der Bericht hat keinen Namen. Wählen Sie eine Datei.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>There is no review at {path}. Find the duplicates first.</source>
            <translation>Bei {path} liegt keine Durchsicht. Suchen Sie zuerst die Dubletten.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>Which pairs are shown.</source>
            <translation>Welche Paare gezeigt werden.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>Writes the pairs of a review with both pictures and outlines, evidence, decision, reviewer and time: one HTML page that needs nothing else, or a contact sheet to print (PDF, PNG).</source>
            <translation>Schreibt die Paare einer Durchsicht mit beiden Bildern und Umrissen, Befund, Entscheidung, Prüfer und Zeit: eine HTML-Seite, die nichts weiter braucht, oder einen Bilderbogen zum Drucken (PDF, PNG).</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>all pairs</source>
            <translation>alle Paare</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>decided pairs</source>
            <translation>entschiedene Paare</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>distinct craters</source>
            <translation>verschiedene Krater</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>duplicates</source>
            <translation>Dubletten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>from north to south</source>
            <translation>von Norden nach Süden</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>the largest first</source>
            <translation>die größten zuerst</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>the most probable first</source>
            <translation>die wahrscheinlichsten zuerst</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>those in most doubt first</source>
            <translation>die zweifelhaftesten zuerst</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>undecided pairs</source>
            <translation>unentschiedene Paare</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/review_report.py" />
            <source>unsure pairs</source>
            <translation>unsichere Paare</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_base.py" />
            <source>And {n} more queries that could not be searched.</source>
            <translation>Und {n} weitere Anfragen, nach denen nicht gesucht werden konnte.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_base.py" />
            <source>Index, encoder, settings and date of the search, for the export.</source>
            <translation>Index, Encoder, Einstellungen und Datum der Suche, für den Export.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_base.py" />
            <source>No query could be searched. The first: {why}</source>
            <translation>Nach keiner Anfrage konnte gesucht werden. Die erste: {why}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_base.py" />
            <source>One row per match: the query's id and place, the rank, the crater, both scores, distance and bearing, and every column of the index's catalogue.</source>
            <translation>Eine Zeile je Treffer: Kennung und Ort der Anfrage, Rang, Krater, beide Scores, Entfernung und Richtung sowie jede Spalte des Katalogs im Index.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_base.py" />
            <source>Queries searched</source>
            <translation>Gesuchte Anfragen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_base.py" />
            <source>Queries that could not be searched</source>
            <translation>Anfragen, nach denen nicht gesucht werden konnte</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_base.py" />
            <source>Queries: {queries} · matches: {matches}</source>
            <translation>Anfragen: {queries} · Treffer: {matches}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_base.py" />
            <source>Query {name}: {why}</source>
            <translation>Anfrage {name}: {why}</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_base.py" />
            <source>The index has no descriptors of kind, which analogs are found by. Open it in the CraterBench panel, choose to find analogs, and press “Add descriptors of kind”.</source>
            <translation>Der Index hat keine Deskriptoren der Art, nach denen Analoga gefunden werden. Öffnen Sie ihn im CraterBench-Fenster, wählen Sie Analoga und drücken Sie „Deskriptoren der Art hinzufügen“.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_base.py" />
            <source>The matches cannot be written: {why}. Choose another output.</source>
            <translation>Die Treffer können nicht geschrieben werden: {why}. Wählen Sie eine andere Ausgabe.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_base.py" />
            <source>The smallest ratio of diameters is above the largest.</source>
            <translation>Das kleinste Durchmesserverhältnis liegt über dem größten.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_extent.py" />
            <source>Diameter of the crater in it</source>
            <translation>Durchmesser des Kraters darin</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_extent.py" />
            <source>Extent</source>
            <translation>Ausschnitt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_extent.py" />
            <source>Finds the craters of an index that look most like the ground within a rectangle of the map. The view is the square on the ground around its middle.</source>
            <translation>Findet die Krater eines Index, die dem Boden in einem Rechteck der Karte am ähnlichsten sehen. Die Ansicht ist das Quadrat am Boden um seine Mitte.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_extent.py" />
            <source>For filters by ratio (km). Empty: taken from the extent and the index's contexts.</source>
            <translation>Für Filter nach Verhältnis (km). Leer: aus dem Ausschnitt und den Kontextfaktoren des Index.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_extent.py" />
            <source>Name of the query</source>
            <translation>Name der Anfrage</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_extent.py" />
            <source>Search by extent</source>
            <translation>Suche nach Ausschnitt</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_extent.py" />
            <source>Stands in the column query_id of the result.</source>
            <translation>Steht in der Spalte query_id des Ergebnisses.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_extent.py" />
            <source>The area to search by. Numbers without a reference system are degrees on the index's body: west, east, south, north.</source>
            <translation>Die Fläche, nach der gesucht wird. Zahlen ohne Bezugssystem sind Grad auf dem Körper des Index: Westen, Osten, Süden, Norden.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_extent.py" />
            <source>The extent cannot be searched by: {why}. Draw another.</source>
            <translation>Nach dem Ausschnitt kann nicht gesucht werden: {why}. Zeichnen Sie einen anderen.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>A crater: the view is a few times as wide as the crater. The area: the view is the square around the outline itself.</source>
            <translation>Ein Krater: Die Ansicht ist einige Male so breit wie der Krater. Die Fläche: Die Ansicht ist das Quadrat um den Umriss selbst.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>A feature is</source>
            <translation>Ein Objekt ist</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>Becomes the query's id in the result. Empty: the feature's number.</source>
            <translation>Wird im Ergebnis zur Kennung der Anfrage. Leer: die Nummer des Objekts.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>By its name: metres where it ends in _m, (m), [m], else kilometres.</source>
            <translation>Nach dem Namen: Meter, wo er auf _m, (m), [m] endet, sonst Kilometer.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>Context factor</source>
            <translation>Kontextfaktor</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>Features</source>
            <translation>Objekte</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>Finds, for every feature of a layer, the craters of an index that look most like it. Features are outlines, or points with a diameter. All matches come in one layer, which “Export matches” writes to files.</source>
            <translation>Findet zu jedem Objekt eines Layers die Krater eines Index, die ihm am ähnlichsten sehen. Objekte sind Umrisse oder Punkte mit Durchmesser. Alle Treffer kommen in einen Layer, den „Treffer exportieren“ in Dateien schreibt.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>For tables without geometry: degrees east, planetocentric latitude, on the index's body.</source>
            <translation>Für Tabellen ohne Geometrie: Grad Ost, planetozentrische Breite, auf dem Körper des Index.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>Leave out the query itself</source>
            <translation>Die Anfrage selbst auslassen</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>Leaves out the crater of the index that has the id in the id column, so that a catalogue can be searched by itself.</source>
            <translation>Lässt den Krater des Index mit der Kennung aus der Kennungsspalte aus, damit ein Katalog nach sich selbst durchsucht werden kann.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>Needed for points. Empty: the diameter of a circle of the outline's area.</source>
            <translation>Nötig für Punkte. Leer: der Durchmesser eines Kreises mit der Fläche des Umrisses.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>Outlines or points of what to look for; each is one query.</source>
            <translation>Umrisse oder Punkte dessen, was gesucht wird; jedes ist eine Anfrage.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>Search by features</source>
            <translation>Suche nach Objekten</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>The features have no geometry. Choose their columns with longitude and latitude, or another layer.</source>
            <translation>Die Objekte haben keine Geometrie. Wählen Sie ihre Spalten mit Länge und Breite oder einen anderen Layer.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>The layer of features</source>
            <translation>Der Objektlayer</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>To leave out the query itself, choose the column with the crater's id.</source>
            <translation>Um die Anfrage selbst auszulassen, wählen Sie die Spalte mit der Kennung des Kraters.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>View's side / diameter. Empty: the mean of the index's.</source>
            <translation>Seite der Ansicht / Durchmesser. Leer: das Mittel des Index.</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>a crater</source>
            <translation>ein Krater</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>a point has no area; choose the diameter column</source>
            <translation>ein Punkt hat keine Fläche; wählen Sie die Spalte des Durchmessers</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>a point has no size; choose the diameter column</source>
            <translation>ein Punkt hat keine Größe; wählen Sie die Spalte des Durchmessers</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>its column {field} holds no number</source>
            <translation>seine Spalte {field} enthält keine Zahl</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>its diameter is not positive</source>
            <translation>sein Durchmesser ist nicht positiv</translation>
        </message>
        <message>
            <location filename="../../craterbench_qgis/processing/search_features.py" />
            <source>the area to search by</source>
            <translation>die Fläche, nach der gesucht wird</translation>
        </message>
    </context>
</TS>
