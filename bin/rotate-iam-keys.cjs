#!/usr/bin/env node
require('./start.cjs')('rotate-iam-keys', 'rotateIamKeys');
