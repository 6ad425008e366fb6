from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kapasitas_lti', '0005_delivery_platform_required'),
    ]

    operations = [
        migrations.AddField(
            model_name='deployment',
            name='confirmed',
            field=models.BooleanField(default=True, help_text='Off: first named by a launch; nothing is launched from it before it is confirmed.', verbose_name='confirmed'),
        ),
    ]
