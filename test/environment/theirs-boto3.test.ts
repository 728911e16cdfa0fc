import { testTheirs } from './theirs.ts';

testTheirs('boto3');
