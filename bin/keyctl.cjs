#!/usr/bin/env node
require('./start.cjs')('keyctl', 'keyctl');
