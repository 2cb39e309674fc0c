// What the dashboards of ../grafana must be: Grafana's own types, with those of
// each panel's options, of what a JSON file can hold.
import type {Dashboard, FieldConfigSource, Panel, VariableModel} from "@grafana/schema";
import type {FieldConfig as BarChartField, Options as BarChart} from "@grafana/schema/dist/esm/raw/composable/barchart/panelcfg/x/BarChartPanelCfg_types.gen.d.ts";
import type {Options as Stat} from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen.d.ts";
import type {FieldConfig as TableField, Options as Table} from "@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen.d.ts";
import type {FieldConfig as TimeSeriesField, Options as TimeSeries} from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen.d.ts";
import type {FieldConfig as XYChartField, Options as XYChart} from "@grafana/schema/dist/esm/raw/composable/xychart/panelcfg/x/XYChartPanelCfg_types.gen.d.ts";

// In JSON the members of an enum are their values.
type Plain<T> = T extends string ? `${T}`
  : T extends number | boolean | null | undefined ? T
  : T extends (infer U)[] ? Plain<U>[]
  : T extends object ? {[K in keyof T]: Plain<T[K]>}
  : T;

interface Query {
  refId: string;
  datasource: {type: "grafana-postgresql-datasource"; uid: string};
  editorMode: "code";
  format: "table" | "time_series";
  rawQuery: true;
  rawSql: string;
}

type Fields = Plain<FieldConfigSource>;

type PanelOf<Type, Options, Custom> = Omit<Plain<Panel>, "type" | "title" | "description" | "options" | "fieldConfig" | "targets"> & {
  id: number;
  type: Type;
  title: string;
  description: string;
  options: Partial<Plain<Options>>;
  fieldConfig: Omit<Fields, "defaults"> & {defaults: Omit<Fields["defaults"], "custom"> & {custom?: Partial<Plain<Custom>>}};
  targets: Query[];
};

export type SafetycorrDashboard = Omit<Plain<Dashboard>, "panels" | "templating"> & {
  __inputs: {name: string; label: string; description: string; type: "datasource"; pluginId: string; pluginName: string}[];
  __requires: {type: "grafana" | "datasource" | "panel"; id: string; name: string; version: string}[];
  templating: {list: (Plain<VariableModel> & {type: "query"; query: string})[]};
  panels: (
    | PanelOf<"barchart", BarChart, BarChartField>
    | PanelOf<"stat", Stat, {}>
    | PanelOf<"table", Table, TableField>
    | PanelOf<"timeseries", TimeSeries, TimeSeriesField>
    | PanelOf<"xychart", XYChart, XYChartField>)[];
};
