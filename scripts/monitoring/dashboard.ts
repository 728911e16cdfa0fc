// The dashboard for Grafana, from the list of panels. Same list, same bytes.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: as it is written in the file

import { PANELS, type Panel } from './panels.ts';

const COLUMNS = 24;

export function dashboardJson(): string {
  const dashboard = {
    uid: 'keyturn',
    title: 'keyturn: access keys',
    description:
      'Made from the metrics of keyturn; docs/tasks/metrics.md says what each of them is.',
    tags: ['keyturn', 'aws', 'iam'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    refresh: '5m',
    time: { from: 'now-30d', to: 'now' },
    timezone: 'browser',
    annotations: { list: [] },
    links: [],
    templating: {
      list: [
        {
          ...{ name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' },
          ...{ hide: 0, refresh: 1, multi: false, includeAll: false, current: {} },
        },
        {
          ...{ name: 'account', label: 'Account', type: 'query', refresh: 2, sort: 1, hide: 0 },
          ...{ multi: true, includeAll: true, allValue: '.*' },
          datasource: DATASOURCE,
          query: { query: 'label_values(keyturn_keys, account)', refId: 'accounts' },
          current: { selected: true, text: ['All'], value: ['$__all'] },
        },
      ],
    },
    panels: placed(),
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const;

/** From left to right, and a new row where there is no more room. */
function placed(): readonly object[] {
  let [x, y, rowHeight] = [0, 0, 0];
  return PANELS.map((panel, index) => {
    const { width: w, height: h } = panel;
    if (x + w > COLUMNS) [x, y, rowHeight] = [0, y + rowHeight, 0];
    const gridPos = { x, y, w, h };
    x += w;
    rowHeight = Math.max(rowHeight, h);
    return panelOf(panel, index + 1, gridPos);
  });
}

function panelOf(panel: Panel, id: number, gridPos: object): object {
  const { title, about: description, kind: type, unit, queries, warnsFrom } = panel;
  const isNow = type !== 'timeseries';
  const steps = [
    { color: 'green', value: null },
    ...(warnsFrom === undefined ? [] : [{ color: 'red', value: warnsFrom }]),
  ];
  return {
    ...{ id, type, title, description, gridPos, datasource: DATASOURCE },
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + index),
      ...{ datasource: DATASOURCE, expr, legendFormat: legend },
      ...{ instant: isNow, range: !isNow, format: type === 'table' ? 'table' : 'time_series' },
    })),
    fieldConfig: {
      defaults: { unit, thresholds: { mode: 'absolute', steps } },
      overrides: [],
    },
    options: isNow && type !== 'table' ? { reduceOptions: { calcs: ['lastNotNull'] } } : {},
  };
}
