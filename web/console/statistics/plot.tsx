import { Title } from "@mantine/core";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { everyNth, linePieces } from "./scale";
import { FiguresTable } from "./figuresTable";

export interface Series {
  name: string;
  values: (number | null)[];
}

interface Drawn {
  title: string;
  /** What each column of values is of: a day or an hour, in words. */
  labels: string[];
  series: Series[];
  kind: "bars" | "lines";
  top: number;
  format: (value: number) => string;
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [560, 190, 62, 8, 10, 24];
const MOST_LABELS = 7;
const GRID = [0, 0.5, 1];

/** One plot over time, drawn small; the same figures as a table under it. */
export function Plot(drawn: Drawn) {
  const { t } = useTranslation();
  const heading = useId();
  const { title, labels, series, kind, top, format } = drawn;
  const hasAny = series.some(({ values }) => values.some((value) => value !== null && value > 0));
  const y = (value: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - Math.min(1, value / top));
  const slot = (WIDTH - LEFT - RIGHT) / Math.max(1, labels.length);
  const x = (n: number) => LEFT + slot * (n + 0.5);
  return (
    <figure className="panel plot" aria-labelledby={heading}>
      <Title order={2} size="h6" id={heading}>
        {title}
      </Title>
      {series.length > 1 && <Legend names={series.map(({ name }) => name)} kind={kind} />}
      {hasAny ? (
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t("statistics.plotOf", { title })}>
          {GRID.map((part) => (
            <g key={part}>
              <line x1={LEFT} x2={WIDTH - RIGHT} y1={y(top * part)} y2={y(top * part)} className="grid" />
              <text x={LEFT - 6} y={y(top * part) + 4} textAnchor="end">
                {format(top * part)}
              </text>
            </g>
          ))}
          {labels.map((label, n) =>
            n % everyNth(labels.length, MOST_LABELS) === 0 ? (
              <text key={n} x={x(n)} y={HEIGHT - 6} textAnchor="middle">
                {label}
              </text>
            ) : null,
          )}
          {kind === "bars" ? <Bars {...drawn} x={x} y={y} slot={slot} /> : <Lines {...drawn} x={x} y={y} />}
        </svg>
      ) : (
        <p className="state quietText">{t("statistics.nothing")}</p>
      )}
      {hasAny && <FiguresTable title={title} labels={labels} series={series} format={format} />}
    </figure>
  );
}

type Placed = Drawn & { x: (n: number) => number; y: (value: number) => number };

/** Series stand on one another. */
function Bars({ labels, series, format, x, y, slot }: Placed & { slot: number }) {
  const width = Math.max(1, slot * 0.7);
  return labels.map((label, n) => {
    let below = 0;
    return (
      <g key={n}>
        {series.map(({ name, values }, s) => {
          const value = values[n] ?? 0;
          const bar = (
            <rect
              key={name}
              className={`bar series${s}`}
              x={x(n) - width / 2}
              y={y(below + value)}
              width={width}
              height={Math.max(0, y(below) - y(below + value))}
            >
              <title>{`${label}, ${name}: ${format(value)}`}</title>
            </rect>
          );
          below += value;
          return bar;
        })}
      </g>
    );
  });
}

function Lines({ labels, series, format, x, y }: Placed) {
  // The first series stands in front.
  return [...series].reverse().map(({ name, values }, n) => (
    <g key={name} className={`series${series.length - 1 - n}`}>
      {linePieces(values, x, y).map((points) => (
        <polyline key={points} points={points} className="stroke" />
      ))}
      {values.map((value, at) =>
        value === null ? null : (
          <circle key={at} cx={x(at)} cy={y(value)} r={n === series.length - 1 ? 3 : 5} className="dot">
            <title>{`${labels[at]}, ${name}: ${format(value)}`}</title>
          </circle>
        ),
      )}
    </g>
  ));
}

function Legend({ names, kind }: { names: string[]; kind: Drawn["kind"] }) {
  return (
    <ul className="legend plain">
      {names.map((name, s) => (
        <li key={name}>
          <svg viewBox="0 0 18 10" width={18} height={10} aria-hidden className={`series${s}`}>
            {kind === "bars" ? (
              <rect width={18} height={10} className={`bar series${s}`} />
            ) : (
              <line x1={0} x2={18} y1={5} y2={5} className="stroke" />
            )}
          </svg>{" "}
          {name}
        </li>
      ))}
    </ul>
  );
}
