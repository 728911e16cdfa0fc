import { testTheirs } from './theirs.ts';

testTheirs('AWS CLI');
