#!/bin/sh
# A task of a sweep on Slurm. Copy this file, edit the copy, and pass it with --template.
# {{name}}, {{array}}, {{cpus}}, {{logs}} and {{command}} are filled in; {{array}} and {{command}} must stay.
#SBATCH --job-name={{name}}
#SBATCH --array={{array}}
#SBATCH --cpus-per-task={{cpus}}
#SBATCH --output="{{logs}}/%A_%a.log"
#SBATCH --open-mode=append
#SBATCH --requeue
# What your cluster wants goes here, such as:
# #SBATCH --partition=long
# #SBATCH --time=08:00:00
# #SBATCH --mem-per-cpu=2G
# #SBATCH --gpus=1

# "exec": so that a signal to stop reaches the trials, which then leave checkpoints.
exec {{command}}
