import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kapasitas_lti', '0004_delivery_platforms'),
    ]

    operations = [
        migrations.AlterField(
            model_name='delivery',
            name='platform',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='kapasitas_lti.platform'),
        ),
    ]
