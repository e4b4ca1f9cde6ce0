// The parts of Grafana's dashboard JSON (schema 42) that this page draws.

export interface Dashboard {
  uid: string;
  title: string;
  description?: string;
  tags?: string[];
  timezone?: string;
  graphTooltip?: number;
  refresh?: string;
  time?: { from: string; to: string };
  panels: Panel[];
  templating?: { list: Variable[] };
  annotations?: { list: Annotation[] };
  links?: DashboardLink[];
}

export interface DashboardLink {
  title: string;
  type: 'link' | 'dashboards';
  url?: string;
  tooltip?: string;
  targetBlank?: boolean;
  includeVars?: boolean;
  keepTime?: boolean;
}

export interface Variable {
  type: string;
  name: string;
  label?: string | null;
  description?: string | null;
  query?: string | { query?: string };
  regex?: string;
  hide?: number;
  sort?: number;
  multi?: boolean;
  includeAll?: boolean;
  allValue?: string | null;
  current?: { text?: string | string[]; value?: string | string[] };
  options?: { text: string | string[]; value: string | string[] }[];
}

export interface Annotation {
  name: string;
  enable?: boolean;
  hide?: boolean;
  iconColor?: string;
  expr?: string;
  titleFormat?: string;
  textFormat?: string;
}

export interface Panel {
  id?: number;
  type: string;
  title?: string;
  description?: string;
  transparent?: boolean;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: Target[];
  transformations?: Transformation[];
  options?: Options;
  fieldConfig?: FieldConfigSource;
  links?: DataLink[];
  interval?: string | null;
  maxDataPoints?: number | null;
  timeFrom?: string | null;
  repeat?: string | null;
  repeatDirection?: 'h' | 'v';
  maxPerRow?: number | null;
  collapsed?: boolean;
  panels?: Panel[];
}

export interface Target {
  refId: string;
  expr?: string;
  legendFormat?: string | null;
  format?: string;
  instant?: boolean;
  range?: boolean;
  interval?: string;
  hide?: boolean;
}

export interface Transformation {
  id: string;
  disabled?: boolean;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  options?: Record<string, any>;
}

export interface Options {
  legend?: { showLegend?: boolean; displayMode?: string; placement?: string; calcs?: string[]; sortBy?: string; sortDesc?: boolean };
  tooltip?: { mode?: string; sort?: string };
  reduceOptions?: ReduceOptions;
  graphMode?: string;
  colorMode?: string;
  textMode?: string;
  justifyMode?: string;
  orientation?: string;
  displayMode?: string;
  valueMode?: string;
  content?: string;
  mode?: string;
  showHeader?: boolean;
  frameIndex?: number;
  cellHeight?: string;
  sortBy?: { displayName: string; desc?: boolean }[];
  [more: string]: unknown;
}

export interface ReduceOptions {
  calcs?: string[];
  values?: boolean;
  fields?: string;
  limit?: number;
}

export interface FieldConfigSource {
  defaults?: FieldConfig;
  overrides?: { matcher: { id: string; options?: unknown }; properties: { id: string; value?: unknown }[] }[];
}

export interface FieldConfig {
  displayName?: string;
  unit?: string;
  decimals?: number | null;
  min?: number | null;
  max?: number | null;
  fieldMinMax?: boolean;
  noValue?: string;
  color?: { mode: string; fixedColor?: string; seriesBy?: string };
  thresholds?: Thresholds;
  mappings?: Mapping[];
  links?: DataLink[];
  custom?: Custom;
}

export interface Thresholds {
  mode?: 'absolute' | 'percentage';
  steps?: { value: number | null; color: string }[];
}

export interface Mapping {
  type: 'value' | 'range' | 'regex' | 'special';
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  options: any;
}

export interface DataLink {
  title?: string;
  url: string;
  targetBlank?: boolean;
}

export interface Custom {
  drawStyle?: string;
  lineInterpolation?: string;
  lineWidth?: number;
  lineStyle?: { fill?: string; dash?: number[] };
  fillOpacity?: number;
  gradientMode?: string;
  fillBelowTo?: string;
  showPoints?: string;
  pointSize?: number;
  spanNulls?: boolean | number;
  stacking?: { mode?: string; group?: string };
  axisPlacement?: string;
  axisLabel?: string;
  axisSoftMin?: number;
  axisSoftMax?: number;
  axisCenteredZero?: boolean;
  scaleDistribution?: { type?: string; log?: number };
  thresholdsStyle?: { mode?: string };
  transform?: string;
  hideFrom?: { viz?: boolean; legend?: boolean; tooltip?: boolean };
  barAlignment?: number;
  align?: string;
  width?: number;
  minWidth?: number;
  hidden?: boolean;
  hideFromTable?: boolean;
  cellOptions?: { type?: string; mode?: string; valueDisplayMode?: string; applyToRow?: boolean };
  [more: string]: unknown;
}
