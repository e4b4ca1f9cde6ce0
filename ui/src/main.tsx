import { render } from 'preact';
import { App } from './app';
import { followLinks } from './location';

followLinks();
render(<App />, document.getElementById('app')!);
