import { passesContract } from '../../../test/destinations/contract.ts';
import { openCustody } from '../../../test/destinations/opening.ts';

passesContract({ kind: 'stdout', open: openCustody });
